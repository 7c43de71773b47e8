"""The scorecard contract: everything that was measured about one candidate, on the held-out rows, on one machine."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Interval:
    """A number with its bootstrap interval."""

    value: float
    low: float
    high: float
    confidence: float
    """Such as 0.95."""


@dataclass(frozen=True)
class Latency:
    """One candidate at one input size, after a warm-up."""

    batch: int
    tokens: int
    """Sequence length."""
    threads: int
    calls: int
    """How many calls the percentiles are made of."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    samples_per_second: float


@dataclass(frozen=True)
class Slice:
    """The metrics of a part of the held-out rows."""

    name: str
    """Such as `label=fresh` or `tokens=17-32`."""
    rows: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    processor: str
    cores: int
    threads: int
    """How many threads each measured model was given."""
    system: str


@dataclass(frozen=True)
class Scorecard:
    """What a scorecard folder holds, beside `predictions.parquet` (row, label, predicted, probabilities)."""

    FILE: ClassVar[str] = "scorecard.json"
    CONFUSION: ClassVar[str] = "confusion.png"
    """The confusion matrix as a picture, in the same folder."""

    recipe: str
    candidate_sha256: str
    """Of the candidate's manifest."""
    applied: str
    """What the candidate's contract says was done in the end."""
    dataset_sha256: str
    split: str
    rows: int
    labels: list[str]
    accuracy: Interval
    macro_f1: Interval
    calibration_error: float
    """Expected calibration error over 15 equal-width bins: Guo et al. 2017, equation 3."""
    confusion: list[list[int]]
    """Rows of truth, columns of prediction, both in the order of `labels`."""
    slices: list[Slice]
    latency: list[Latency]
    """Of the candidate; the first entry is the headline size that budgets speak of."""
    reference_latency: list[Latency]
    """Of the tuned model in torch fp32 eager, at the same sizes, measured by the same step on the same machine."""
    bytes_on_disk: int
    """Of everything that is needed to serve it."""
    peak_memory_mib: float
    """Peak resident memory of a process that loads it and answers the headline size."""
    machine: Machine
    predictions_sha256: str
    """Of predictions.parquet."""

    @property
    def speed_up(self) -> float:
        """The reference's p50 over the candidate's, at the headline size."""
        return self.reference_latency[0].p50_ms / self.latency[0].p50_ms
