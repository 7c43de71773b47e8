"""A registered version with its reference in a real MLflow, and batches that drift and do not."""

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.candidate import Candidate
from components.contracts.folders import sha256_of, sha256_of_files, write_manifest
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.reference import HELD_OUT_SCHEMA, TRAINING_TEXTS_SCHEMA, Reference
from components.drift_monitoring.representation import Representation
from components.drift_monitoring.sample import Sample, batch_sample
from components.drift_monitoring.texts import Rows
from tests.conftest import labelled_texts
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

OTHER = [
    "server",
    "ticket",
    "error",
    "login",
    "please",
    "reset",
    "my",
    "account",
    "the",
    "invoice",
    "number",
    "order",
    "delivery",
    "late",
    "parcel",
]
"""The words of another domain."""


def other_texts(rows: int, seed: int) -> list[str]:
    """Return texts of another domain."""
    dice = random.Random(seed)
    return [" ".join(dice.choices(OTHER, k=dice.randint(5, 25))) for _ in range(rows)]


def write_csv(path: Path, texts: Sequence[str], labels: Sequence[str | None] = ()) -> Path:
    """Write a batch, with a column of labels where there are any."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"] if labels else ["text"])
        writer.writerows(zip(texts, labels, strict=True) if labels else [[text] for text in texts])
    return path


@pytest.fixture(scope="session")
def classifier(onnx_candidate_folder: Path) -> OnnxTextClassifier:
    return OnnxTextClassifier(onnx_candidate_folder, threads=1)


@pytest.fixture(scope="session")
def representation(onnx_candidate_folder: Path, classifier: OnnxTextClassifier) -> Representation:
    return Representation(onnx_candidate_folder, classifier)


@pytest.fixture(scope="session")
def films(classifier: OnnxTextClassifier, representation: Representation) -> Sample:
    """600 film reviews as the model sees and answers them."""
    pairs = labelled_texts(600, seed=21)
    return batch_sample(Rows([text for text, _ in pairs], [label for _, label in pairs]), classifier, representation)


@pytest.fixture(scope="session")
def tickets(classifier: OnnxTextClassifier, representation: Representation) -> Sample:
    """200 texts of another domain, without labels."""
    return batch_sample(Rows(other_texts(200, seed=5), [None] * 200), classifier, representation)


def part(sample: Sample, first: int, last: int) -> Sample:
    """Return some rows of a sample."""
    return Sample(**{name: value[first:last] for name, value in vars(sample).items()})


def both(one: Sample, other: Sample) -> Sample:
    """Return the rows of two samples as one."""
    return Sample(
        **{
            name: np.concatenate([value, more]) if isinstance(value, np.ndarray) else [*value, *more]
            for (name, value), more in zip(vars(one).items(), vars(other).values(), strict=True)
        }
    )


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory: pytest.TempPathFactory, films: Sample, onnx_candidate_folder: Path) -> Path:
    """A reference contract of the first 300 reviews."""
    folder = tmp_path_factory.mktemp("reference") / "reference"
    folder.mkdir()
    rows = part(films, 0, 300)
    columns = [rows.texts, rows.labels, rows.predicted, pa.array(rows.confidence, pa.float32())]
    pq.write_table(pa.table(columns, schema=HELD_OUT_SCHEMA), folder / Reference.HELD_OUT)
    pq.write_table(
        pa.table([pa.array([], pa.binary(8))], schema=TRAINING_TEXTS_SCHEMA), folder / Reference.TRAINING_TEXTS
    )
    files = sha256_of_files(folder)
    candidate = sha256_of(onnx_candidate_folder / Candidate.FILE)
    write_manifest(folder, Reference(candidate, "d" * 64, "test", 300, ["fresh", "rotten"], 64, files))
    return folder


@pytest.fixture
def registered(
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
    onnx_candidate_folder: Path,
    reference_folder: Path,
) -> MlflowClient:
    """A registry with version 1 of `sentiment`, the challenger, as registration leaves it."""
    experiment = client.create_experiment("sentiment", (tmp_path / "artifacts").as_uri())
    run = client.create_run(experiment)
    client.log_artifacts(run.info.run_id, str(onnx_candidate_folder), "model/artifacts/candidate")
    client.log_artifacts(run.info.run_id, str(reference_folder), Reference.FOLDER)
    client.create_registered_model("sentiment")
    tags = {"candidate_sha256": sha256_of(onnx_candidate_folder / Candidate.FILE)}
    client.create_model_version("sentiment", f"{run.info.artifact_uri}/model", run.info.run_id, tags=tags)
    client.set_registered_model_alias("sentiment", "challenger", "1")
    return client


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A file with 300 film reviews and their labels."""
    pairs = labelled_texts(300, seed=33)
    return write_csv(tmp_path / "batch.csv", [text for text, _ in pairs], [label for _, label in pairs])


@pytest.fixture
def drifted_batch(tmp_path: Path) -> Path:
    """A file with 150 film reviews and 100 texts of another domain, without labels."""
    texts = [text for text, _ in labelled_texts(150, seed=33)] + other_texts(100, seed=9)
    return write_csv(tmp_path / "drifted.csv", texts)
