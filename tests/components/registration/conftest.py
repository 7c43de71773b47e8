"""A finished run's artifacts, and a real MLflow to register them in."""

from collections.abc import Iterator

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import StepRun, step_run
from tests.components.registration.workshop import inputs, workshop  # noqa: F401 - fixtures
from tests.mlflow_here import client, server, tracking  # noqa: F401 - fixtures


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
