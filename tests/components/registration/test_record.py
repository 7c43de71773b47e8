"""What MLflow's runs show after a registration."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.exceptions import MlflowException

from components.contracts.faults import Unavailable
from components.contracts.model import TunedModel, read_model
from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun
from components.registration.evidence import Inputs, read_evidence
from components.registration.record import record


def test_the_pipelines_run_shows_the_numbers_too(inputs: Inputs, run: StepRun, client: MlflowClient) -> None:
    record(read_evidence(inputs), inputs, run)
    for run_id in (run.run_id, run.parent_id):
        data = client.get_run(run_id).data
        assert data.metrics["accuracy"] == 0.9125
        assert data.metrics["p95_ms"] == 3.0
        assert data.params["recipe"] == data.tags["recipe"] == "onnx-fp32"
        files = [entry.path for entry in client.list_artifacts(run_id, "choice")]
        assert files == ["choice/choice.json", "choice/frontier.png", "choice/report.html"]
        plots = [entry.path for entry in client.list_artifacts(run_id, "plots")]
        assert plots == ["plots/confusion.png", "plots/training_curve.html"]


def test_the_tuned_model_is_kept_once(inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path) -> None:
    evidence = read_evidence(inputs)
    record(evidence, inputs, run)
    kept = client.download_artifacts(run.run_id, TunedModel.FOLDER, str(tmp_path))
    assert read_model(Path(kept), TunedModel) == evidence.tuned
    assert client.list_artifacts(run.parent_id, TunedModel.FOLDER) == []


def test_every_scorecard_is_kept(inputs: Inputs, run: StepRun, client: MlflowClient) -> None:
    record(read_evidence(inputs), inputs, run)
    entries = [entry.path for entry in client.list_artifacts(run.run_id, "scorecards")]
    assert entries == ["scorecards/baseline.json", "scorecards/onnx-fp32.json"]
    kept = mlflow.artifacts.load_dict(f"runs:/{run.run_id}/scorecards/onnx-fp32.json")
    assert kept["recipe"] == "onnx-fp32"
    assert Scorecard.FILE not in entries


def test_the_data_set_is_an_input_by_reference(inputs: Inputs, run: StepRun, client: MlflowClient) -> None:
    evidence = read_evidence(inputs)
    record(evidence, inputs, run)
    (entry,) = client.get_run(run.run_id).inputs.dataset_inputs
    content = evidence.dataset.content_sha256
    assert entry.dataset.name == "reviews.csv"
    assert content.startswith(entry.dataset.digest)
    assert len(entry.dataset.digest) == 36
    assert json.loads(entry.dataset.profile)["rows"] == {"train": 240, "validation": 60, "test": 80}
    tags = {tag.key: tag.value for tag in entry.tags}
    assert tags["content_sha256"] == content
    assert tags["md5"] == evidence.dataset.source.md5
    assert mlflow.data.get_source(entry).to_dict() == {"uri": "reviews.csv"}


def test_a_source_that_mlflow_does_not_know_keeps_its_name(inputs: Inputs, run: StepRun, client: MlflowClient) -> None:
    evidence = read_evidence(inputs)
    source = replace(evidence.dataset.source, uri="package://reviews/films.csv")
    record(replace(evidence, dataset=replace(evidence.dataset, source=source)), inputs, run)
    (entry,) = client.get_run(run.run_id).inputs.dataset_inputs
    found = mlflow.data.get_source(entry)
    assert isinstance(found, CodeDatasetSource)
    assert found.to_dict() == {"tags": {"mlflow.source.name": "package://reviews/films.csv"}}


def test_a_run_without_a_parent_is_recorded_once(inputs: Inputs, client: MlflowClient, tmp_path: Path) -> None:
    run_id = client.create_run("0").info.run_id
    record(read_evidence(inputs), inputs, StepRun(client, run_id, run_id, "0"))
    assert len(client.get_metric_history(run_id, "accuracy")) == 1


class Racing(MlflowClient):
    """Meets another run that names the same data set for the first time at the same moment."""

    race = MlflowException("BAD_REQUEST: (sqlite3.IntegrityError) UNIQUE constraint failed: datasets.digest")
    attempts = 0

    def log_inputs(self, run_id: str, datasets: Any = None, models: Any = None) -> None:
        self.attempts += 1
        if self.attempts == 1:
            raise self.race
        super().log_inputs(run_id, datasets, models)


def test_two_runs_may_name_the_same_data_set_at_once(inputs: Inputs, run: StepRun, tracking: str) -> None:
    racing = Racing(tracking)
    record(read_evidence(inputs), inputs, replace(run, client=racing, parent_id=run.run_id))
    assert len(racing.get_run(run.run_id).inputs.dataset_inputs) == 1


def test_another_fault_of_the_server_is_not_tried_again(inputs: Inputs, run: StepRun, tracking: str) -> None:
    racing = Racing(tracking)
    racing.race = MlflowException("no such run")
    with pytest.raises(Unavailable, match="no such run"):
        record(read_evidence(inputs), inputs, replace(run, client=racing, parent_id=run.run_id))
    assert racing.attempts == 1


def test_without_a_tracking_server_nothing_is_recorded(inputs: Inputs, client: MlflowClient) -> None:
    record(read_evidence(inputs), inputs, StepRun())
    assert client.search_runs(["0"]) == []
