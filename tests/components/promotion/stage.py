"""A registry with two real versions, made once: each test has its own copy of the database over the same files."""

import json
import shutil
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import step_run
from components.registration.register import register
from tests.components.evaluation.arena import biased
from tests.components.registration.workshop import SETTINGS, furnish
from tests.mlflow_here import empty_database, tracking  # noqa: F401 - a fixture

ASKED = {
    "preset": "smoke",
    "recipes": ["onnx-fp32"],
    "data_ingestion": {"source": "reviews.csv", "seed": 3},
    "evaluation": {"sizes": [[1, 8]]},
    "registration": {"name": "sentiment"},
}


@pytest.fixture(scope="session")
def registered(
    tmp_path_factory: pytest.TempPathFactory,
    base_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
    baseline_folder: Path,
    onnx_candidate_folder: Path,
) -> Path:
    """Return a database with two versions: 1 calls most films fresh, 2 has learned its task and is the challenger."""
    place = tmp_path_factory.mktemp("registered")
    worse = biased(place / "worse", onnx_candidate_folder, (5.0, 0.0))
    shutil.copy(empty_database(), place / "mlflow.db")
    uri = f"sqlite:///{place}/mlflow.db"
    client = MlflowClient(uri)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", uri)
        patch.setenv("MLFLOW_EXPERIMENT_ID", client.create_experiment("sentiment", str(place / "artifacts")))
        patch.delenv("MLFLOW_RUN_ID", raising=False)
        patch.chdir(place)
        for recipe, candidate in {"biased": worse, "onnx-fp32": onnx_candidate_folder}.items():
            folders = base_folder, tuned_folder, dataset_folder, baseline_folder, candidate
            inputs = furnish(place / recipe, *folders).inputs(recipe)
            with step_run("registration") as run:
                register(inputs, SETTINGS, place / recipe / "registration", place / recipe / "card", run)
                client.log_text(run.run_id, json.dumps(ASKED), "asked.json")
    return place / "mlflow.db"


@pytest.fixture
def client(registered: Path, tracking: str) -> MlflowClient:  # noqa: F811
    """Return a client of a copy of it, which the environment names."""
    shutil.copy(registered, tracking.removeprefix("sqlite:///"))
    return MlflowClient(tracking)


def crown(client: MlflowClient, version: int) -> None:
    """Make a version the champion."""
    client.set_registered_model_alias("sentiment", "champion", str(version))
