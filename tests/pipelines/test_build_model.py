"""The compiled graph's shape: what depends on what, what is cached, and that nothing is installed at run time."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import compiler

from pipelines.build_model import build_model
from pipelines.fingerprint import fingerprint
from pipelines.sections import ROOMS as SECTIONS

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
LOOKUPS = ("resolve-settings", "resolve-data", "resolve-model", "resolve-registry")


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("compiled") / "package.yaml"
    compiler.Compiler().compile(build_model, str(path))
    return next(yaml.safe_load_all(Path(path).read_text()))


@pytest.fixture(scope="module")
def tasks(spec: dict[str, Any]) -> dict[str, Any]:
    dags = [spec["root"], *spec["components"].values()]
    return {name: task for dag in dags for name, task in dag.get("dag", {"tasks": {}})["tasks"].items()}


def test_every_room_is_a_task(tasks: dict[str, Any]) -> None:
    assert {*ROOMS, *LOOKUPS, "build", "for-loop-1"} == set(tasks)


def test_data_moves_to_the_right(tasks: dict[str, Any]) -> None:
    needs = {name: set(task.get("dependentTasks", [])) for name, task in tasks.items()}
    assert [needs[lookup] for lookup in LOOKUPS] == [set()] * 4
    assert needs["build"] == {"resolve-settings"}
    assert needs["validate-data"] == {"ingest-data", "ingest-model"}
    assert needs["fine-tune"] == {"ingest-data", "ingest-model", "validate-data"}
    assert needs["for-loop-1"] == {"ingest-data", "fine-tune"}
    assert needs["evaluate-candidate"] == {"compress-model"}
    assert needs["select-candidate"] == {"for-loop-1"}
    assert needs["report-run"] == {"ingest-data", "ingest-model", "validate-data", "fine-tune", "select-candidate"}
    # after the report, so that it is there also when registration refuses
    assert needs["register-model"] >= {"resolve-registry", "select-candidate", "report-run", "for-loop-1"}


def test_each_room_has_its_own_section_of_the_settings(tasks: dict[str, Any]) -> None:
    handed = tasks["build"]["inputs"]["parameters"]
    with_settings = {task: room for task, room in ROOMS.items() if room != "reporting"}
    assert set(SECTIONS) > set(with_settings.values())
    for section in ("recipes", *with_settings.values(), "asked"):
        assert handed[section]["taskOutputParameter"]["outputParameterKey"] == section
    for name, room in with_settings.items():
        given = tasks[name]["inputs"]["parameters"]["settings"]["componentInputParameter"]
        assert given.removeprefix("pipelinechannel--") == room


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


def test_here_no_commit_registers_anew() -> None:
    executors = build_model.pipeline_spec.deployment_spec["executors"]
    assert not [name for name in executors if "env" in executors[name]["container"]]
    assert not build_model.platform_spec.platforms


def test_candidates_are_measured_one_after_the_other(tasks: dict[str, Any]) -> None:
    assert tasks["for-loop-1"]["iteratorPolicy"]["parallelismLimit"] == 1


def test_each_task_runs_in_its_rooms_image_and_installs_nothing(spec: dict[str, Any]) -> None:
    executors = spec["deploymentSpec"]["executors"]
    for name, room in {**ROOMS, "resolve-registry": "registration", "resolve-settings": "settings"}.items():
        container = executors[f"exec-{name}"]["container"]
        assert container["image"] == f"bessemer/{room}"
        assert "pip install" not in " ".join(container["command"])


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
