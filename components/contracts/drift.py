"""The drift contract: how far fresh texts are from those that a registered version was measured on."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from components.contracts.scorecard import Interval

Kind = Literal["input", "prediction", "quality"]


@dataclass(frozen=True)
class DriftTest:
    """One question that was asked of the batch."""

    name: str
    """Such as `length`, `tokens`, `representation`, `confidence`, `accuracy`."""
    kind: Kind
    """What would have drifted: what goes into the model, what it says, or how often it is right."""
    measure: str
    """What `statistic` is, such as `Kolmogorov-Smirnov distance`."""
    statistic: float
    p_value: float
    """How often texts of the reference alone would give a statistic as large."""
    threshold: float
    """What the p-value was held against: Holm's share of the alpha of the whole."""
    drifted: bool
    sentence: str
    """What was found, in the units that people count in."""


@dataclass(frozen=True)
class Batch:
    """The fresh texts."""

    source: str
    """The path or the address that they were read from, without a password."""
    sha256: str
    """Of the file's bytes."""
    rows: int
    compared: int
    """How many of the rows were compared: a seeded sample where the batch holds more."""
    labelled: int
    """How many of the compared rows have a label."""


@dataclass(frozen=True)
class Drift:
    """What a drift folder holds, beside the page about it and what Prometheus reads."""

    FILE: ClassVar[str] = "drift.json"
    PAGE: ClassVar[str] = "drift.html"
    EXPOSITION: ClassVar[str] = "drift.prom"

    name: str
    """The registered model's name."""
    version: int
    candidate_sha256: str
    batch: Batch
    reference_rows: int
    alpha: float
    """The rate of false alarms that was allowed, of all tests together."""
    alarm: bool
    """Whether any test found drift."""
    why: str
    """One sentence."""
    tests: list[DriftTest]
    label_shares: dict[str, tuple[float, float]]
    """Of each label among the model's answers: in the reference, in the batch."""
    accuracy_difference: Interval | None
    """Points of accuracy that the batch has more than the reference; None without labels."""
    new_tokens: list[str]
    """What the batch has most of that the reference has not, as the model's tokenizer reads it."""
    strangest: list[str]
    """The batch's texts that are easiest told from the reference's, cut short; empty without drift in the input."""
