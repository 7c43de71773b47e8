"""A version that Bessemer registered, taken as a base model: the tuned model beside it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, sha256_of, sha256_of_files, write_manifest
from components.contracts.model import BaseModel, TunedModel
from components.contracts.tracking import StepRun
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.ingest import ingest
from components.model_ingestion.resolve import resolve
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

CHAMPION = ModelIngestionSettings("models:/sentiment@champion")


@pytest.fixture
def tuned(model: Path) -> TunedModel:
    """A tuned model contract in the folder `model`."""
    kept = TunedModel(
        task="text-classification",
        labels=["fresh", "rotten"],
        max_tokens=64,
        pad_id=0,
        files=sha256_of_files(model),
        base_source="package://cognition/model",
        base_revision="",
        base_sha256="0" * 64,
        dataset_sha256="0" * 64,
        seed=0,
        precision="fp32",
        steps=6,
        training_seconds=1.0,
        samples_per_second=1.0,
        validation={"accuracy": 1.0},
    )
    write_manifest(model, kept)
    return kept


@pytest.fixture
def beside(model: Path, tuned: TunedModel, client: MlflowClient) -> Path:  # noqa: F811
    """Register a version as Bessemer does, and return where its tuned model lies in MLflow."""
    run = client.create_run("0").info
    client.log_artifacts(run.run_id, str(model), TunedModel.FOLDER)
    client.create_registered_model("sentiment")
    tags = {"tuned_sha256": tuned.files["model.safetensors"]}
    version = client.create_model_version("sentiment", f"{run.artifact_uri}/model", run.run_id, tags=tags).version
    client.set_registered_model_alias("sentiment", "champion", version)
    return Path(run.artifact_uri) / TunedModel.FOLDER


def bring(into: Path) -> BaseModel:
    return ingest(resolve(CHAMPION), CHAMPION, into, StepRun())


def test_the_weights_that_it_was_made_from_are_brought(beside: Path, tuned: TunedModel, tmp_path: Path) -> None:
    base = bring(tmp_path / "base")
    assert (base.source, base.revision, base.architecture) == ("models:/sentiment@champion", "1", "bert")
    assert base.files == tuned.files
    assert not (tmp_path / "base" / TunedModel.FILE).exists()


def cut_short(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"cut short")


def of_another_version(folder: Path) -> None:
    """Put a model there that is whole, and not the version's."""
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b"\0")
    tuned = read_manifest(folder, TunedModel)
    write_manifest(folder, replace(tuned, files={**tuned.files, weights.name: sha256_of(weights)}))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (shutil.rmtree, r"models:/sentiment@champion: found no tuned/ among the artifacts of its run"),
        (cut_short, r"model\.safetensors: found sha256 .*; expected sha256 .*It was changed or cut short"),
        (of_another_version, r"model\.safetensors of models:/sentiment@champion: found sha256 .* as its tag says"),
    ],
)
def test_what_is_gone_or_changed_is_refused(
    harm: Callable[[Path], object], sentence: str, beside: Path, tmp_path: Path
) -> None:
    harm(beside)
    with pytest.raises(BadInput, match=sentence):
        bring(tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_that_it_is_gone_is_said_before_anything_is_fetched(beside: Path) -> None:
    shutil.rmtree(beside)
    with pytest.raises(BadInput, match="the tuned model that the version was made from"):
        resolve(CHAMPION)
