"""A finished run's artifacts, and a real MLflow to register them in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import StepRun, step_run
from components.registration.evidence import Inputs
from tests.components.registration.workshop import Workshop, furnish
from tests.mlflow_here import client, server, tracking  # noqa: F401 - fixtures


@pytest.fixture
def workshop(
    tmp_path: Path,
    base_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
    baseline_folder: Path,
    onnx_candidate_folder: Path,
) -> Workshop:
    """Return a place that makes the artifacts of runs."""
    folders = base_folder, tuned_folder, dataset_folder, baseline_folder, onnx_candidate_folder
    return furnish(tmp_path / "artifacts", *folders)


@pytest.fixture
def inputs(workshop: Workshop) -> Inputs:
    """Return the inputs of a run in which onnx-fp32 was chosen."""
    return workshop.inputs()


@pytest.fixture
def pipeline_run(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """Return the MLflow run of a pipeline, which the environment names."""
    run_id = str(client.create_run(client.create_experiment("sentiment")).info.run_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
    return run_id


@pytest.fixture
def run(pipeline_run: str) -> Iterator[StepRun]:
    """Yield the run of a registration step below a pipeline's run."""
    with step_run("registration") as run:
        yield run
