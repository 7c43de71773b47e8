"""The choice contract: which candidate goes on, and why each other one does not."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from components.contracts.candidate import BASELINE
from components.contracts.scorecard import Interval, Scorecard

Outcome = Literal["chosen", "qualifies", "rejected", "reference"]

BUDGET_UNITS = {
    "max_quality_drop": "points of accuracy",
    "max_quality_drop_upper": "points of accuracy, at the upper end of the interval",
    "max_p95_ms": "ms",
    "max_mib": "MiB",
    "min_speed_up": "times as fast as torch fp32",
}
"""What each budget's number counts, by the budget's name."""


@dataclass(frozen=True)
class Verdict:
    """One candidate against the budgets."""

    recipe: str
    qualifies: bool
    reasons: list[str]
    """Every budget that it breaks, as a sentence with the value and the limit; or why it won or came second."""
    quality_drop: Interval
    """Points of accuracy lost against the baseline on the same rows (paired bootstrap)."""
    scorecard: Scorecard


@dataclass(frozen=True)
class Choice:
    """What a choice folder holds, beside `frontier.png` and `report.html`."""

    FILE: ClassVar[str] = "choice.json"

    chosen: str
    """The recipe of the candidate that goes on; empty when no candidate met the budgets."""
    why: str
    objective: str
    budgets: dict[str, float]
    """The budgets that were set, by name."""
    verdicts: list[Verdict]
    """The baseline first, then in the order of the recipes."""

    def outcome(self, verdict: Verdict) -> Outcome:
        """Return what became of a candidate, in one word."""
        if verdict.recipe == self.chosen:
            return "chosen"
        if verdict.recipe == BASELINE:
            return "reference"
        return "qualifies" if verdict.qualifies else "rejected"
