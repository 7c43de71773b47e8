"""The choice contract: which candidate goes on, and why each other one does not."""

from dataclasses import dataclass
from typing import ClassVar

from components.contracts.scorecard import Interval, Scorecard


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
