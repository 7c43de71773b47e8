"""What Kubeflow Pipelines reads in the package: the form, the drop-downs, and where a model comes from."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import package, preset
from tests.pipelines.test_build_model import ROOMS


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the documents of a package that was compiled from a revision of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(package, "code_revision", lambda: "abc123-dirty")
        return documents(package.write_package(tmp_path_factory.mktemp("packaged") / "package.yaml"))


@pytest.fixture(scope="module")
def form(packaged: list[dict[str, Any]]) -> dict[str, Any]:
    return packaged[0]["root"]["inputDefinitions"]["parameters"]


def test_the_form_is_short_and_typed(form: dict[str, Any]) -> None:
    types = {name: parameter["parameterType"] for name, parameter in form.items()}
    fields = ("preset", "task", "objective", "data_source", "base_model", "model_name")
    assert types == {**dict.fromkeys(fields, "STRING"), "settings": "STRUCT"}


def test_every_field_has_a_default_and_one_line_that_explains_it(form: dict[str, Any]) -> None:
    defaults = {name: parameter["defaultValue"] for name, parameter in form.items()}
    assert defaults == {
        "preset": "smoke",
        "task": "text-classification",
        "objective": "as the preset says",
        "data_source": "",
        "base_model": "",
        "model_name": "",
        "settings": {},
    }
    for name, parameter in form.items():
        assert len(parameter["description"]) > 20, name
        assert "\n" not in parameter["description"], name


def test_three_fields_are_drop_downs(form: dict[str, Any]) -> None:
    offered = {name: parameter["literals"] for name, parameter in form.items() if "literals" in parameter}
    assert offered == {
        "preset": ["intent", "sentiment", "smoke", "none"],
        "task": ["text-classification"],
        "objective": ["as the preset says", "fastest", "smallest", "best-quality"],
    }
    for name, choices in offered.items():
        assert form[name]["defaultValue"] in choices


def test_a_preset_fills_the_form_in(tmp_path: Path) -> None:
    chosen = preset.load("smoke", ["fine_tuning.epochs=1"])
    written = documents(package.write_package(tmp_path / "package.yaml", chosen.arguments()))
    form = written[0]["root"]["inputDefinitions"]["parameters"]
    assert form["preset"]["defaultValue"] == "smoke"
    assert form["settings"]["defaultValue"] == {"fine_tuning": chosen.sections["fine_tuning"]}


def test_a_file_of_the_users_own_travels_in_the_form(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((preset.PRESETS / "smoke.yaml").read_text())
    written = documents(package.write_package(tmp_path / "package.yaml", preset.load(str(mine)).arguments()))
    form = written[0]["root"]["inputDefinitions"]["parameters"]
    assert form["preset"]["defaultValue"] == "none"
    assert form["settings"]["defaultValue"] == yaml.safe_load(mine.read_text())


def test_on_kubeflow_tasks_are_told_their_run_and_registration_its_origin(packaged: list[dict[str, Any]]) -> None:
    graph, platform = packaged
    container = graph["deploymentSpec"]["executors"]["exec-register-model"]["container"]
    told = {variable["name"]: variable["value"] for variable in container["env"]}
    images = json.loads(told.pop("BESSEMER_IMAGES"))
    assert told == {"BESSEMER_GIT_REVISION": "abc123-dirty"}
    assert set(images) == {*ROOMS.values(), "settings"}
    assert images["registration"] == container["image"]
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    run = {"name": "KFP_RUN_ID", "fieldPath": "metadata.labels['pipeline/runid']"}
    assert {name: executors[name]["fieldPathAsEnv"] for name in executors} == {
        name: [run] for name in graph["deploymentSpec"]["executors"]
    }


def test_a_package_leaves_the_graph_that_runs_here_as_it_is(packaged: list[dict[str, Any]]) -> None:
    from pipelines.build_model import build_model

    executors = build_model.pipeline_spec.deployment_spec["executors"]
    assert not [name for name in executors if {"env", "resources"} & set(executors[name]["container"])]
    assert not build_model.platform_spec.platforms
    assert not build_model.pipeline_spec.root.input_definitions.parameters["preset"].literals
