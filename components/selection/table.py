"""The rows of the result table."""

from dataclasses import dataclass

from components.contracts.choice import Choice, Outcome, Verdict
from components.contracts.scorecard import Interval
from components.selection.budgets import MIB


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
    return [_row(verdict, choice.outcome(verdict)) for verdict in choice.verdicts]


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
