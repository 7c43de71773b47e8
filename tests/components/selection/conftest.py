"""Scorecards as evaluation writes them, with answers to choose."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.contracts.folders import sha256_of, write_manifest
from components.contracts.scorecard import Interval, Latency, Machine, Scorecard
from tests.mlflow_here import tracking  # noqa: F401 - a fixture

ROWS = 400
HERE = Machine("a processor", 2, 2, "a system")
LABELS = ["fresh", "rotten"]


def with_errors(*wrong: int) -> list[bool]:
    """Return which of the rows are right, when those at `wrong` are not."""
    return [row not in wrong for row in range(ROWS)]


@dataclass(frozen=True)
class Measured:
    """What a test says about one candidate; the rest is the same for all."""

    recipe: str
    right: Sequence[bool] = field(default_factory=lambda: with_errors(*range(40)))
    p50_ms: float = 5.0
    p95_ms: float = 6.0
    reference_ms: float = 15.0
    mib: float = 20.0
    machine: Machine = HERE
    dataset: str = "d" * 64
    split: str = "test"
    labels: Sequence[str] = tuple(LABELS)
    size: tuple[int, int] = (1, 32)
    first_row: int = 2


def write_scorecard(folder: Path, measured: Measured) -> Path:
    """Write a scorecard folder."""
    folder.mkdir(parents=True)
    rows = len(measured.right)
    truth = [LABELS[row % 2] for row in range(rows)]
    predicted = [LABELS[(row + (not right)) % 2] for row, right in enumerate(measured.right)]
    columns = {
        "row": pa.array(range(measured.first_row, rows + measured.first_row), pa.int64()),
        "label": truth,
        "predicted": predicted,
        "probabilities": pa.array([[0.5, 0.5]] * rows, pa.list_(pa.float32())),
    }
    pq.write_table(pa.table(columns), folder / "predictions.parquet")
    write_manifest(folder, scorecard(measured, sha256_of(folder / "predictions.parquet")))
    return folder


def scorecard(measured: Measured, predictions_sha256: str = "") -> Scorecard:
    """Return a scorecard."""
    accuracy = float(np.mean(measured.right))
    batch, tokens = measured.size
    return Scorecard(
        recipe=measured.recipe,
        candidate_sha256="c" * 64,
        applied="as asked",
        dataset_sha256=measured.dataset,
        split=measured.split,
        rows=len(measured.right),
        labels=list(measured.labels),
        accuracy=Interval(accuracy, accuracy - 0.03, accuracy + 0.03, 0.95),
        macro_f1=Interval(accuracy, accuracy - 0.03, accuracy + 0.03, 0.95),
        calibration_error=0.02,
        confusion=[[1, 0], [0, 1]],
        slices=[],
        latency=[Latency(batch, tokens, 2, 100, measured.p50_ms, measured.p95_ms, measured.p95_ms, 200.0)],
        reference_latency=[Latency(batch, tokens, 2, 100, measured.reference_ms, 20.0, 20.0, 60.0)],
        bytes_on_disk=int(measured.mib * 1024 * 1024),
        peak_memory_mib=100.0,
        machine=measured.machine,
        predictions_sha256=predictions_sha256,
    )


BASELINE = Measured("baseline", p50_ms=15.0, p95_ms=18.0, mib=87.0)
SLOW = Measured("onnx-fp32", p50_ms=6.0, p95_ms=7.0, mib=87.5)
FAST = Measured("int8-dynamic", right=with_errors(*range(42)), p50_ms=3.5, p95_ms=4.2, mib=23.0)
LOSSY = Measured("pruned", right=with_errors(*range(60)), p50_ms=2.5, p95_ms=12.3, mib=12.0)


@pytest.fixture
def scorecards(tmp_path: Path) -> list[Path]:
    """Four scorecards, the baseline not first."""
    return [write_scorecard(tmp_path / each.recipe, each) for each in (SLOW, BASELINE, FAST, LOSSY)]
