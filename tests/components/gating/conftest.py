"""Comparisons as evaluation writes them, with answers to choose."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.contracts.comparison import Comparison, Measured, Robustness
from components.contracts.folders import sha256_of, write_manifest
from components.contracts.scorecard import Interval, Latency, Machine, Slice
from components.gating.answered import Answered, Flags
from components.gating.pairs import Pairs
from tests.mlflow_here import tracking  # noqa: F401 - a fixture

LABELS = ["fresh", "rotten"]
HERE = Machine("a processor", 2, 2, "a system")


@dataclass(frozen=True)
class Contender:
    """What a test says about one of the two; the rest is the same for all."""

    version: int
    right: Flags
    """Whether it was right, as (rows,)."""
    sha256: str = ""
    calibration_error: float = 0.02
    p95_ms: float = 6.0
    mib: float = 20.0
    memory_mib: float = 200.0
    macro_f1: float = 0.8
    lost_to_typos: float = 4.0


@dataclass(frozen=True)
class Contest:
    """A comparison to be written."""

    challenger: Contender
    champion: Contender | None
    slices: dict[str, Flags] = field(default_factory=dict)
    faults: Sequence[str] = ()
    seen_rows: int = 0

    @property
    def rows(self) -> int:
        return len(self.challenger.right)

    def answered(self) -> Answered:
        """Return what is read of it, without a folder."""
        champion = self.champion.right if self.champion else None
        return Answered(self.comparison(), "5" * 64, self.challenger.right, champion, self.slices)

    def comparison(self, predictions_sha256: str = "") -> Comparison:
        return Comparison(
            name="reviews",
            ledger_entries=3,
            dataset_sha256="d" * 64,
            split="test",
            rows=self.rows,
            seen_rows=self.seen_rows,
            labels=LABELS,
            challenger=measured(self.challenger, self.slices),
            champion=measured(self.champion, self.slices) if self.champion else None,
            machine=HERE,
            predictions_sha256=predictions_sha256,
            served="Loaded in its serving process and gave the scorecard's answers.",
            faults=list(self.faults),
        )

    def write(self, folder: Path) -> Path:
        """Write a comparison folder."""
        folder.mkdir(parents=True)
        truth = np.arange(self.rows) % 2
        champion = self.champion.right if self.champion else None
        inside = [[name for name, rows in self.slices.items() if rows[row]] for row in range(self.rows)]
        columns = {
            "row": pa.array(range(2, self.rows + 2), pa.int64()),
            "label": named(truth),
            "slices": pa.array(inside, pa.list_(pa.string())),
            "challenger": named(truth ^ ~self.challenger.right),
            "champion": pa.nulls(self.rows, pa.string()) if champion is None else named(truth ^ ~champion),
        }
        pq.write_table(pa.table(columns), folder / Comparison.PREDICTIONS)
        write_manifest(folder, self.comparison(sha256_of(folder / Comparison.PREDICTIONS)))
        return folder


def named(places: np.ndarray) -> pa.Array:
    return pa.array([LABELS[place] for place in places], pa.string())


def measured(contender: Contender, slices: dict[str, Flags]) -> Measured:
    accuracy = float(contender.right.mean()) if len(contender.right) else 0.0
    return Measured(
        version=contender.version,
        candidate_sha256=contender.sha256 or f"{contender.version:064d}",
        recipe="int8-dynamic",
        accuracy=Interval(accuracy, accuracy - 0.03, accuracy + 0.03, 0.95),
        macro_f1=Interval(contender.macro_f1, contender.macro_f1 - 0.03, contender.macro_f1 + 0.03, 0.95),
        calibration_error=contender.calibration_error,
        slices=[
            Slice(name, int(rows.sum()), float(contender.right[rows].mean()), 0.8) for name, rows in slices.items()
        ],
        latency=[Latency(1, 32, 2, 100, 5.0, contender.p95_ms, contender.p95_ms, 200.0)],
        bytes_on_disk=int(contender.mib * 1024 * 1024),
        peak_memory_mib=contender.memory_mib,
        robustness=[Robustness("typos", accuracy - contender.lost_to_typos / 100, contender.lost_to_typos)],
    )


def answers(pairs: Pairs, both: int | None = None) -> tuple[Flags, Flags]:
    """Return which rows challenger and champion get right; of those that they agree on, `both` or nine in ten."""
    agreed = pairs.rows - pairs.won - pairs.lost
    right = round(0.9 * agreed) if both is None else both
    counts = [pairs.won, pairs.lost, right, agreed - right]
    return np.repeat([True, False, True, False], counts), np.repeat([False, True, True, False], counts)


def contest(pairs: Pairs, **more: object) -> Contest:
    """Return a challenger, version 7, and a champion, version 5, with these counts."""
    challenger, champion = answers(pairs)
    return Contest(Contender(7, challenger), Contender(5, champion), **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def quick_collections() -> Iterator[None]:
    """statsmodels collects garbage in each correction: what other tests left need not be looked at every time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def comparison(tmp_path: Path) -> Path:
    """A comparison of 4,000 rows in which the challenger is a little better."""
    return contest(Pairs(4000, won=90, lost=70)).write(tmp_path / "comparison")
