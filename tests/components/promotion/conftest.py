"""A registry with four versions, and what a gate hands on about them."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import StepRun
from tests.components.promotion.gate import Gate, register
from tests.mlflow_here import client, server, tracking  # noqa: F401 - fixtures


@pytest.fixture
def gate(client: MlflowClient, tmp_path: Path) -> Gate:  # noqa: F811
    """Return a gate over a registry in which nobody reigns yet."""
    return Gate(client, tmp_path, register(client, tmp_path, 4))


@pytest.fixture
def run(client: MlflowClient) -> StepRun:  # noqa: F811
    """Return the run of a promotion step."""
    run_id = client.create_run("0").info.run_id
    return StepRun(client, run_id, run_id, "0")
