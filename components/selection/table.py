"""The rows of the result table."""

from dataclasses import dataclass
from typing import Literal

from components.contracts.candidate import BASELINE
from components.contracts.choice import Choice, Verdict
from components.contracts.scorecard import Interval
from components.selection.budgets import MIB

Outcome = Literal["chosen", "qualifies", "rejected", "reference"]


@dataclass(frozen=True)
class Row:
    """One candidate."""

    recipe: str
    accuracy: Interval
    macro_f1: float
    p50_ms: float
    """At the headline size, as p95_ms and speed_up."""
    p95_ms: float
    samples_per_second: float
    """At the size where it is largest."""
    mib: float
    speed_up: float
    quality_drop: Interval
    """Points of accuracy lost against the baseline."""
    outcome: Outcome
    reasons: list[str]


def rows(choice: Choice) -> list[Row]:
    """Return a row a candidate, in the order of the choice."""
    return [_row(verdict, outcome(verdict, choice)) for verdict in choice.verdicts]


def outcome(verdict: Verdict, choice: Choice) -> Outcome:
    """Return what became of a candidate, in one word."""
    if verdict.recipe == choice.chosen:
        return "chosen"
    if verdict.recipe == BASELINE:
        return "reference"
    return "qualifies" if verdict.qualifies else "rejected"


def _row(verdict: Verdict, outcome: Outcome) -> Row:
    card = verdict.scorecard
    return Row(
        recipe=verdict.recipe,
        accuracy=card.accuracy,
        macro_f1=card.macro_f1.value,
        p50_ms=card.latency[0].p50_ms,
        p95_ms=card.latency[0].p95_ms,
        samples_per_second=max(size.samples_per_second for size in card.latency),
        mib=card.bytes_on_disk / MIB,
        speed_up=card.speed_up,
        quality_drop=verdict.quality_drop,
        outcome=outcome,
        reasons=verdict.reasons,
    )
