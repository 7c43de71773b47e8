"""The comparison contract: challenger and champion measured on the same rows, in one step, on one machine."""

from dataclasses import dataclass, field
from typing import ClassVar

from components.contracts.scorecard import Interval, Latency, Machine, Slice


@dataclass(frozen=True)
class Robustness:
    """How a model answers the same rows when their texts are disturbed."""

    disturbance: str
    """Such as `typos`, `case`, `whitespace`, `truncation`."""
    accuracy: float
    drop_points: float
    """Points of accuracy lost against the undisturbed texts."""


@dataclass(frozen=True)
class Measured:
    """One contender on these rows."""

    version: int
    candidate_sha256: str
    recipe: str
    accuracy: Interval
    macro_f1: Interval
    calibration_error: float
    """Expected calibration error over 15 equal-width bins: Guo et al. 2017, equation 3."""
    slices: list[Slice]
    latency: list[Latency]
    """The first entry is the headline size that budgets speak of."""
    bytes_on_disk: int
    peak_memory_mib: float
    robustness: list[Robustness]


@dataclass(frozen=True)
class Comparison:
    """What a comparison folder holds, beside `predictions.parquet`.

    Its columns are row (int64), label, slices (a list of the slices' names that the row lies in), challenger and
    champion (the predicted labels; champion is null where nobody reigns), in the order of the split.
    """

    FILE: ClassVar[str] = "comparison.json"
    PREDICTIONS: ClassVar[str] = "predictions.parquet"

    name: str
    """The registered model's name."""
    ledger_entries: int
    """As the contenders contract has it."""
    dataset_sha256: str
    split: str
    rows: int
    """How many rows both answered."""
    seen_rows: int
    """How many rows of the split were left out because one of the two has learned from them."""
    labels: list[str]
    challenger: Measured
    champion: Measured | None
    machine: Machine
    predictions_sha256: str
    served: str
    """As the contenders contract has it."""
    faults: list[str] = field(default_factory=list)
    """As the contenders contract has it."""
