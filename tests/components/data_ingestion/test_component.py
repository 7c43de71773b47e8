"""The components run under KFP, and by hand, with sentences instead of tracebacks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from kfp import dsl, local

from components.contracts.dataset import SPLITS, read_dataset
from components.data_ingestion.component import ingest_data, resolve_data
from tests.components.data_ingestion.sources import reviews, write


class Ingested(NamedTuple):
    dataset: dsl.Dataset
    metrics: dsl.Metrics


@dsl.pipeline(name="data-ingestion")
def both(settings: dict) -> Ingested:
    """Resolve, then ingest."""
    source = resolve_data(settings=settings).set_caching_options(False)
    ingested = ingest_data(source=source.output, settings=settings, code="0").outputs
    return Ingested(ingested["dataset"], ingested["metrics"])


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path / "root"))
    return tmp_path


@pytest.mark.slow
def test_the_components_in_a_pipeline(runner: Path) -> None:
    path = write(runner / "reviews.csv", reviews())
    outputs = both(settings={"source": str(path), "max_rows": 30, "seed": 2}).outputs
    dataset, metrics = outputs["dataset"], outputs["metrics"]
    written = read_dataset(Path(dataset.path))
    assert sum(file.rows for file in written.splits.values()) == 30
    assert metrics.metadata["labels"] == 2
    assert dataset.metadata["content_sha256"] == written.content_sha256
    assert {split: metrics.metadata[f"rows_{split}"] for split in SPLITS} == {
        split: file.rows for split, file in written.splits.items()
    }


def by_hand(folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    (folder / "settings.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "components.data_ingestion", folder / "settings.json", folder / "out"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_by_hand(tmp_path: Path) -> None:
    done = by_hand(tmp_path, source=str(write(tmp_path / "reviews.csv", reviews())))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "dataset.json").read_text())


def test_by_hand_with_a_fault(tmp_path: Path) -> None:
    done = by_hand(tmp_path, source=str(tmp_path / "no.csv"))
    assert done.returncode == 65
    assert "data_ingestion cannot go on:" in done.stderr
    assert "no such file" in done.stderr
    assert "Traceback" not in done.stderr
