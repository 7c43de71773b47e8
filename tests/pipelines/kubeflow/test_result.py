import io
from pathlib import Path

import pytest
from kfp_server_api import V2beta1MetadataValue, V2beta1PluginOutput, V2beta1Run
from mlflow import MlflowClient
from rich.console import Console

from components.contracts.choice import Choice
from components.contracts.folders import write_manifest
from components.contracts.tracking import PARENT_TAG
from pipelines.kubeflow.result import show
from tests.mlflow_here import client, tracking  # noqa: F401
from tests.pipelines.test_result import verdict


def shown(run: V2beta1Run) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    show(run, console)
    return console.export_text()


def choice(folder: Path, chosen: str) -> Path:
    """Write a choice, and return its file."""
    folder.mkdir()
    verdicts = [
        verdict("baseline", False, ["the reference is never chosen"], 0.838, 14.0),
        verdict("int8-dynamic", bool(chosen), ["the fastest" if chosen else "accuracy 0.7 is under 0.8"], 0.835, 3.5),
    ]
    why = f"{chosen} is the fastest." if chosen else "No candidate meets the budgets."
    write_manifest(folder, Choice(chosen, why, "fastest", {}, verdicts))
    return folder / Choice.FILE


def test_what_a_run_registered_is_shown_from_mlflow(client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    logged = client.create_run("0").info.run_id
    client.log_artifact(logged, str(choice(tmp_path / "choice", "int8-dynamic")), "choice")
    client.create_registered_model("sentiment")
    tags = {"pipeline_run": "of-kubeflow", "recipe": "int8-dynamic"}
    client.create_model_version("sentiment", f"runs:/{logged}/model", logged, tags=tags)
    client.set_registered_model_alias("sentiment", "challenger", "1")
    text = shown(V2beta1Run(run_id="of-kubeflow"))
    assert "▶ int8-dynamic" in text
    assert "int8-dynamic is the fastest." in text
    assert "sentiment version 1, alias challenger" in text


def test_a_choice_of_nothing_is_shown_from_the_runs_that_the_plugin_made(
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
) -> None:
    root = client.create_run("0").info.run_id
    selection = client.create_run("0", tags={PARENT_TAG: root, "chosen": "none"}).info.run_id
    client.log_artifact(selection, str(choice(tmp_path / "choice", "")), "choice")
    entries = {"experiment_id": V2beta1MetadataValue("0"), "root_run_id": V2beta1MetadataValue(root)}
    text = shown(V2beta1Run(run_id="of-kubeflow", plugins_output={"mlflow": V2beta1PluginOutput(entries)}))
    assert "No candidate meets the budgets." in text
    assert "int8-dynamic: accuracy 0.7 is under 0.8" in text
    assert "registered" not in text


@pytest.mark.usefixtures("client")
def test_a_run_that_left_nothing_is_a_sentence() -> None:
    assert "This run left no choice in MLflow" in shown(V2beta1Run(run_id="of-kubeflow"))


@pytest.mark.usefixtures("tracking")
def test_mlflow_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert "the MLflow server at http://127.0.0.1:9: found no answer" in shown(V2beta1Run(run_id="of-kubeflow"))


def test_without_mlflow_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert "Set MLFLOW_TRACKING_URI" in shown(V2beta1Run(run_id="of-kubeflow"))
