"""The compiled graph's shape: what depends on what, what is cached, and that nothing is installed at run time."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import compiler

from components.images import TAG
from pipelines import package
from pipelines.build_model import build_model
from pipelines.fingerprint import fingerprint

ROOMS = {
    "ingest-data": "data_ingestion",
    "ingest-model": "model_ingestion",
    "validate-data": "data_validation",
    "fine-tune": "fine_tuning",
    "compress-model": "compression",
    "evaluate-candidate": "evaluation",
    "select-candidate": "selection",
    "report-run": "reporting",
    "register-model": "registration",
}
LOOKUPS = ("resolve-data", "resolve-model", "resolve-registry")


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("compiled") / "package.yaml"
    compiler.Compiler().compile(build_model, str(path))
    return next(yaml.safe_load_all(Path(path).read_text()))


@pytest.fixture(scope="module")
def tasks(spec: dict[str, Any]) -> dict[str, Any]:
    loop = next(component for name, component in spec["components"].items() if name.startswith("comp-for-loop"))
    return {**spec["root"]["dag"]["tasks"], **loop["dag"]["tasks"]}


def test_every_room_is_a_task(tasks: dict[str, Any]) -> None:
    assert {*ROOMS, *LOOKUPS, "for-loop-1"} == set(tasks)


def test_data_moves_to_the_right(tasks: dict[str, Any]) -> None:
    needs = {name: set(task.get("dependentTasks", [])) for name, task in tasks.items()}
    assert [needs[lookup] for lookup in LOOKUPS] == [set()] * 3
    assert needs["validate-data"] == {"ingest-data", "ingest-model"}
    assert needs["fine-tune"] == {"ingest-data", "ingest-model", "validate-data"}
    assert needs["for-loop-1"] == {"ingest-data", "fine-tune"}
    assert needs["evaluate-candidate"] == {"compress-model"}
    assert needs["select-candidate"] == {"for-loop-1"}
    assert needs["report-run"] == {"ingest-data", "ingest-model", "validate-data", "fine-tune", "select-candidate"}
    # after the report, so that it is there also when registration refuses
    assert needs["register-model"] >= {"resolve-registry", "select-candidate", "report-run", "for-loop-1"}


def test_only_lookups_are_never_cached(tasks: dict[str, Any]) -> None:
    cached = {name for name, task in tasks.items() if task.get("cachingOptions", {}).get("enableCache")}
    assert cached >= set(ROOMS)
    assert cached.isdisjoint(LOOKUPS)


def test_each_task_carries_the_fingerprint_of_its_room(tasks: dict[str, Any]) -> None:
    for name, room in ROOMS.items():
        code = tasks[name]["inputs"]["parameters"]["code"]["runtimeValue"]["constant"]
        assert code == fingerprint(room), name


def test_what_was_registered_on_one_server_is_not_cached_for_another(tasks: dict[str, Any]) -> None:
    registry = tasks["register-model"]["inputs"]["parameters"]["registry"]["taskOutputParameter"]
    assert registry["producerTask"] == "resolve-registry"


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the documents of a package that was compiled from a revision of its own."""
    monkeypatch.setenv(TAG, "tag")
    monkeypatch.setattr(package, "code_revision", lambda: "abc123-dirty")
    return list(yaml.safe_load_all(package.write_package(tmp_path / "package.yaml").read_text()))


def test_on_kubeflow_registration_is_told_revision_image_and_run(packaged: list[dict[str, Any]]) -> None:
    graph, platform = packaged
    container = graph["deploymentSpec"]["executors"]["exec-register-model"]["container"]
    told = {variable["name"]: variable["value"] for variable in container["env"]}
    assert told == {"BESSEMER_GIT_REVISION": "abc123-dirty", "BESSEMER_IMAGE": container["image"]}
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    run = {"name": "KFP_RUN_ID", "fieldPath": "metadata.labels['pipeline/runid']"}
    assert executors == {"exec-register-model": {"fieldPathAsEnv": [run]}}


def test_here_no_commit_registers_anew(packaged: list[dict[str, Any]]) -> None:
    executors = build_model.pipeline_spec.deployment_spec["executors"]
    assert not [name for name in executors if "env" in executors[name]["container"]]
    assert not build_model.platform_spec.platforms


def test_candidates_are_measured_one_after_the_other(tasks: dict[str, Any]) -> None:
    assert tasks["for-loop-1"]["iteratorPolicy"]["parallelismLimit"] == 1


def test_each_task_runs_in_its_rooms_image_and_installs_nothing(spec: dict[str, Any]) -> None:
    executors = spec["deploymentSpec"]["executors"]
    for name, room in {**ROOMS, "resolve-registry": "registration"}.items():
        container = executors[f"exec-{name}"]["container"]
        assert container["image"].split(":")[0].endswith(f"/{room.replace('_', '-')}")
        assert "pip install" not in " ".join(container["command"])


def test_the_form_has_a_section_a_room_and_the_recipes(spec: dict[str, Any]) -> None:
    assert set(spec["root"]["inputDefinitions"]["parameters"]) == {"recipes", *ROOMS.values()} - {"reporting"}


def test_every_shell_is_thin() -> None:
    import ast

    import components

    for room in ROOMS.values():
        path = Path(components.__file__).parent / room / "component.py"
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                body = [node for node in function.body if not isinstance(node, ast.Expr)]
                assert body[-1].end_lineno - body[0].lineno < 24, f"{path}: {function.name}"
                assert not any(isinstance(node, (ast.If, ast.For, ast.Try)) for node in ast.walk(function))
