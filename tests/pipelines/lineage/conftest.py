"""A registry with real versions on tiny real models, which tests trace and judge."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.folders import read_manifest, write_manifest
from components.contracts.model import BaseModel, TunedModel
from components.contracts.tracking import step_run
from components.registration.evidence import Inputs
from components.registration.register import register
from tests.components.registration.workshop import SETTINGS, Workshop, inputs, workshop  # noqa: F401 - fixtures
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

ASKED = {
    "preset": "smoke",
    "overrides": {"fine_tuning": {"epochs": 2}},
    "recipes": ["onnx-fp32"],
    "data_ingestion": {"source": "reviews.csv", "label_column": "category"},
    "model_ingestion": {"source": "package://cognition/model"},
    "fine_tuning": {"epochs": 2},
    "registration": {"name": "sentiment"},
}


Register = Callable[..., int]


@pytest.fixture
def registered(
    workshop: Workshop,  # noqa: F811
    inputs: Inputs,  # noqa: F811
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Register:
    """Return what registers a version of `sentiment` that was asked for as said, from a base model as said."""
    original = read_manifest(workshop.base, BaseModel)
    experiment = client.create_experiment("sentiment")

    def register_one(asked: dict[str, Any] = ASKED, **base: str) -> int:
        monkeypatch.setenv("MLFLOW_RUN_ID", client.create_run(experiment).info.run_id)
        folder = tmp_path / f"base-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        manifest = replace(original, **base)
        write_manifest(folder, manifest)
        tuned = replace(read_manifest(workshop.tuned, TunedModel), base_sha256=manifest.sha256)
        write_manifest(workshop.tuned, tuned)
        output = folder / "registration"
        with step_run("registration") as run:
            given = replace(inputs, base=folder, asked=asked)
            return register(given, SETTINGS, output, folder / "card", run).version

    return register_one
