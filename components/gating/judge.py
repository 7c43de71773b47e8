"""The decision itself: every check of a comparison, and what follows from them."""

from collections.abc import Sequence

from components.contracts.comparison import Comparison
from components.contracts.decision import Check, Decision, Verdict
from components.gating.accuracy import Accuracy, compare_accuracy
from components.gating.answered import Answered
from components.gating.config import GatingSettings
from components.gating.limits import SERVING, check_limits
from components.gating.pairs import count_pairs
from components.gating.points import better
from components.gating.slices import check_slices

_FIRST: dict[Verdict, int] = {"failed": 0, "undecided": 1, "passed": 2, "noted": 3}


def judge(answered: Answered, settings: GatingSettings) -> Decision:
    """Return whether the challenger passes: every check that decides something has to."""
    comparison = answered.comparison
    accuracy, checks = None, check_limits(comparison, settings)
    if answered.champion is not None:
        accuracy = compare_accuracy(count_pairs(answered.challenger, answered.champion), settings)
        checks = [
            *accuracy.checks,
            *checks,
            *check_slices(answered.challenger, answered.champion, answered.slices, settings),
        ]
    checks.sort(key=lambda check: _FIRST[check.verdict])
    return Decision(
        name=comparison.name,
        challenger=comparison.challenger.version,
        champion=comparison.champion.version if comparison.champion else None,
        ledger_entries=comparison.ledger_entries,
        passed=not any(check.blocks for check in checks),
        why=_why(comparison, accuracy, checks),
        checks=checks,
        rows=comparison.rows,
        margin_points=settings.margin_points,
        alpha=settings.alpha,
        difference=accuracy.difference if accuracy else None,
        superior=accuracy.superior if accuracy else False,
        rows_needed=accuracy.rows_needed if accuracy else None,
        comparison_sha256=answered.comparison_sha256,
    )


def _why(comparison: Comparison, accuracy: Accuracy | None, checks: Sequence[Check]) -> str:
    challenger = f"Version {comparison.challenger.version}"
    against = f"version {comparison.champion.version}, the champion" if comparison.champion else ""
    blocking = [check for check in checks if check.blocks]
    if blocking:
        more = f" ({len(blocking)} checks stand against it)" if len(blocking) > 1 else ""
        beside = f" against {against}" if against else ""
        return f"{challenger} does not pass{beside}{more}: {_clause(blocking[0].sentence)}"
    if accuracy is None:
        limits = [check for check in checks if check.name != SERVING]
        held = "it is within every limit that is set" if limits else "no limit is set for it to be held against"
        since = f"now (see `bessemer history {comparison.name}`)" if comparison.ledger_entries else "yet"
        return f"{challenger} passes: nobody reigns {since}, and {held}."
    shown = "shown to be better" if accuracy.superior else "not shown to be better"
    return (
        f"{challenger} passes: {better(accuracy.difference.value, against)}, on the same {comparison.rows:,} rows, "
        f"{shown}, and every check holds."
    )


def _clause(sentence: str) -> str:
    """Return a sentence as it stands behind a colon; a name keeps its capitals."""
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
