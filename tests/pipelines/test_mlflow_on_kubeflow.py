"""On Kubeflow the rooms' steps make one tree of MLflow runs, with KFP's MLflow plugin (KEP-12862) and without it.

The server has workspaces, as the plugin uses them: one for each namespace.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Param, Run

from components.contracts.kubeflow_run import KFP_RUN_TAG, PARENT_TAG
from components.retraining.record import journal_of, read_record
from tests.components.registration.registering import command
from tests.components.registration.workshop import Workshop, workshop  # noqa: F401 - fixture
from tests.components.retraining.models import register, registration
from tests.mlflow_here import mlflow_server
from tests.pipelines.runs import ROOT

pytestmark = pytest.mark.slow

NAMESPACE = "team-a"
RETRAINING = """
import sys
from kfp import dsl
from components.retraining.component import check_reason, end_retraining, name_version

task, name, place = sys.argv[1:]
match task:
    case "check-reason":
        asked = {"model_ingestion": {}}
        check_reason.python_func('{"md5": "1"}', {}, {"name": name}, {}, "", asked, dsl.Markdown(uri=place))
    case "name-version":
        name_version.python_func(dsl.Artifact(uri=place))
    case "end-retraining":
        end_retraining.python_func({"name": name})
"""


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mlflow") / "server"
    with mlflow_server(folder, MLFLOW_ENABLE_WORKSPACES="true") as server:
        MlflowClient(server.uri).create_workspace(NAMESPACE)
        yield server.uri


@pytest.fixture
def client(uri: str, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_WORKSPACE", NAMESPACE)
    return MlflowClient(uri)


@dataclass(frozen=True)
class Steps:
    """The command lines of real steps on tiny real things."""

    folder: Path
    tuned: Path
    dataset: Path
    registration: list[str]

    @property
    def data_ingestion(self) -> list[str]:
        (self.folder / "reviews.csv").write_text(
            "text,label\n" + "".join(f"film {row},{('good', 'bad')[row % 2]}\n" for row in range(40))
        )
        settings = self.folder / "data_ingestion.json"
        settings.write_text(json.dumps({"source": str(self.folder / "reviews.csv")}))
        return self._room("data_ingestion", str(settings), str(self.folder / "ingested"))

    @property
    def model_ingestion(self) -> list[str]:
        return self._room("model_ingestion", "package://cognition/model", str(self.folder / "base"))

    def compression(self, tuned: Path) -> list[str]:
        return self._room("compression", str(tuned), str(self.dataset), "baseline", str(self.folder / "candidate"))

    @staticmethod
    def _room(name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", f"components.{name}", *arguments]


@pytest.fixture
def steps(workshop: Workshop, tmp_path: Path) -> Steps:  # noqa: F811
    registration = command(workshop.inputs(), tmp_path / "registration")
    return Steps(tmp_path, workshop.tuned, workshop.dataset, registration)


def start(line: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a step as a pod would: nothing of MLflow in its environment but what is given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "KFP_"))}
    there = {**inherited, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(line, env=there, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def take(line: list[str], environment: dict[str, str], exit_code: int = 0) -> None:
    process = start(line, environment)
    said, _ = process.communicate(timeout=240)
    assert process.returncode == exit_code, said


def named(client: MlflowClient, experiment: str) -> dict[str, Run]:
    """Return all runs by their names, of which none may be there twice."""
    found = client.search_runs([experiment])
    runs = {run.info.run_name: run for run in found}
    assert len(runs) == len(found)
    return runs


class Plugin:
    """Does to MLflow what KFP's API server, driver and launcher do there when their MLflow plugin is on."""

    def __init__(self, client: MlflowClient, uri: str, kfp_run: str) -> None:
        self.client, self.uri, self.kfp_run = client, uri, kfp_run
        self.experiment = client.create_experiment(f"experiment of {kfp_run}")
        tags = {KFP_RUN_TAG: kfp_run}
        self.parent = client.create_run(self.experiment, run_name="build-model", tags=tags).info.run_id

    def open(self, task: str, below: str = "") -> str:
        """Open the run of a task or a loop, as a driver does."""
        tags = {PARENT_TAG: below or self.parent}
        return str(self.client.create_run(self.experiment, run_name=task, tags=tags).info.run_id)

    def environment(self, run_id: str) -> dict[str, str]:
        """Return what a driver puts into the environment of the task's container."""
        return {
            "KFP_RUN_ID": self.kfp_run,
            "MLFLOW_RUN_ID": run_id,
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_EXPERIMENT_ID": self.experiment,
            "MLFLOW_WORKSPACE": NAMESPACE,
        }

    def end(self, run_id: str, status: str, **inputs: str) -> None:
        """Log a task's inputs as JSON and end its run, as a launcher does; two values for one name would be refused."""
        self.client.log_batch(run_id, params=[Param(name, json.dumps(value)) for name, value in inputs.items()])
        self.client.set_terminated(run_id, status)


def test_with_the_plugin_the_steps_join_the_runs_that_it_made(client: MlflowClient, uri: str, steps: Steps) -> None:
    plugin = Plugin(client, uri, "run-with-plugin")
    data, model = plugin.open("ingest-data"), plugin.open("ingest-model")
    both = [
        start(steps.data_ingestion, plugin.environment(data)),
        start(steps.model_ingestion, plugin.environment(model)),
    ]
    assert [process.wait(timeout=240) for process in both] == [0, 0]
    assert client.get_run(data).info.status == "RUNNING"
    plugin.end(data, "FINISHED", source="{}", settings="{}", code="abc")
    plugin.end(model, "FINISHED", revision="main", settings="{}", code="abc")

    cached = plugin.open("fine-tune")
    plugin.end(cached, "FINISHED", code="abc")

    loop = plugin.open("for-loop-1")
    compression = plugin.open("compress-model", loop)
    take(steps.compression(steps.folder / "nothing"), plugin.environment(compression), exit_code=65)
    plugin.end(compression, "FAILED", recipe="baseline", settings="{}", code="abc")
    take(steps.compression(steps.tuned), plugin.environment(compression))
    plugin.end(compression, "FINISHED", recipe="baseline", settings="{}", code="abc")
    plugin.end(loop, "FINISHED")

    registration = plugin.open("register-model", plugin.open("condition-1"))
    take(steps.registration, plugin.environment(registration))
    assert client.get_run(registration).info.status == "RUNNING"
    plugin.end(registration, "FINISHED", registry="{}", settings="{}", code="abc")

    runs = named(client, plugin.experiment)
    tasks = (
        "ingest-data",
        "ingest-model",
        "fine-tune",
        "for-loop-1",
        "compress-model",
        "condition-1",
        "register-model",
    )
    assert set(runs) == {"build-model", *tasks}
    assert runs["ingest-data"].data.metrics["rows_train"] > 0
    assert runs["ingest-model"].data.params["architecture"] == "bert"
    assert runs["compress-model"].data.params["recipe"] == '"baseline"'
    assert runs["compress-model"].data.metrics
    assert runs["build-model"].data.metrics["accuracy"] == 0.9125
    version = client.get_model_version_by_alias("sentiment", "challenger")
    assert (version.run_id, version.tags["mlflow_parent_run"]) == (registration, plugin.parent)
    assert version.tags["pipeline_run"] == "run-with-plugin"
    assert client.get_run(plugin.parent).info.status == "RUNNING"  # the API server ends it


def test_without_the_plugin_the_steps_make_the_tree_themselves(client: MlflowClient, uri: str, steps: Steps) -> None:
    environment = {"KFP_RUN_ID": "run-alone", "MLFLOW_TRACKING_URI": uri, "MLFLOW_WORKSPACE": NAMESPACE}
    both = [start(steps.data_ingestion, environment), start(steps.model_ingestion, environment)]
    assert [process.wait(timeout=240) for process in both] == [0, 0]
    take(steps.compression(steps.folder / "nothing"), environment, exit_code=65)
    experiment = client.get_experiment_by_name("Default").experiment_id
    assert named(client, experiment)["kubeflow run-alone"].info.status == "FAILED"
    take(steps.compression(steps.tuned), environment)
    take(steps.registration, environment)  # selection and the others were cached, and so have no run in this tree

    runs = named(client, experiment)
    whole = runs.pop("kubeflow run-alone")
    assert set(runs) == {"data_ingestion", "model_ingestion", "compression/baseline", "registration"}
    assert {run.data.tags[PARENT_TAG] for run in runs.values()} == {whole.info.run_id}
    assert {run.info.status for run in (whole, *runs.values())} == {"FINISHED"}
    assert whole.data.metrics["accuracy"] == 0.9125
    assert {entry.path for entry in client.list_artifacts(whole.info.run_id)} == {
        "choice",
        "model_card.html",
        "model_card.md",
        "plots",
        "run_report.html",
    }
    version = client.get_model_version_by_alias("sentiment", "challenger")
    assert version.run_id == runs["registration"].info.run_id
    assert version.tags["mlflow_parent_run"] == whole.info.run_id


@pytest.mark.parametrize("injected", [True, False], ids=["with injectUserEnvVars", "without"])
def test_with_the_plugin_a_retraining_that_succeeded_is_noted_as_such(
    client: MlflowClient, uri: str, tmp_path: Path, injected: bool
) -> None:
    name = f"retrained-{injected}"
    plugin = Plugin(client, uri, f"run of {name}")

    def take_task(task: str, place: Path) -> None:
        run_id = plugin.open(task, plugin.open("exit-handler-1"))
        given = plugin.environment(run_id)
        if not injected:
            del given["MLFLOW_RUN_ID"]
        take([sys.executable, "-c", RETRAINING, task, name, str(place)], given)
        plugin.end(run_id, "FINISHED")

    take_task("check-reason", tmp_path / "page")
    version = register(client, run=plugin.kfp_run, name=name)
    take_task("name-version", registration(client, tmp_path / "built", version, name))
    take_task("end-retraining", tmp_path)
    (attempt,) = read_record(journal_of(client, name)).attempts
    assert attempt.end
    assert (attempt.run, attempt.end.how, attempt.end.why) == (plugin.kfp_run, "succeeded", "")
