"""The decision contract: what the gate found about a challenger, check by check."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from components.contracts.scorecard import Interval

Verdict = Literal["passed", "failed", "undecided", "noted"]


@dataclass(frozen=True)
class Check:
    """One thing that the gate looked at."""

    name: str
    """Such as `non_inferiority`, `floor.accuracy`, `slice.label=fresh`, `latency`, `robustness.typos`."""
    verdict: Verdict
    """`undecided` where the rows are too few to say, which the gate holds against the challenger as it does `failed`;
    what is `noted` decides nothing: a slice of too few rows, or that nothing was held against."""
    sentence: str
    """What was found and what would have been right, with units."""
    p_value: float | None = None
    """After the correction for several tests, where the check is one."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps the challenger from passing."""
        return self.verdict in ("failed", "undecided")


@dataclass(frozen=True)
class Decision:
    """What a decision folder holds, beside `decision.html`, the page about it."""

    FILE: ClassVar[str] = "decision.json"
    PAGE: ClassVar[str] = "decision.html"

    name: str
    challenger: int
    """Its version."""
    champion: int | None
    ledger_entries: int
    """As the contenders contract has it."""
    passed: bool
    why: str
    """One sentence."""
    checks: list[Check]
    """The ones that decide it first."""
    rows: int
    margin_points: float
    """How many points of accuracy worse the challenger may be."""
    alpha: float
    """The rate of wrong promotions that was allowed."""
    difference: Interval | None
    """Points of accuracy that the challenger is better, with its paired interval; None where nobody reigns."""
    superior: bool
    """Whether it was also shown to be better."""
    rows_needed: int | None
    """How many rows would decide the margin at the power that was asked for; None where nobody reigns."""
    comparison_sha256: str
    """Of the comparison's manifest: what the decision stands on."""

    @property
    def verdict(self) -> Verdict:
        """What it comes to: `undecided` where more rows might let the challenger pass."""
        if self.passed:
            return "passed"
        return "failed" if any(check.verdict == "failed" for check in self.checks) else "undecided"
