"""The choice itself: verdicts from scorecards, and the best of those that qualify."""

from collections.abc import Callable, Sequence

from components.contracts.choice import Choice, Verdict
from components.contracts.scorecard import Interval
from components.selection.budgets import MIB, broken_budgets
from components.selection.config import Objective, SelectionSettings
from components.selection.paired import quality_drop
from components.selection.scored import Scored

REFERENCE = "the reference that the others are measured against; it is not for serving, which runs on onnxruntime alone"

_BEST_FIRST: dict[Objective, Callable[[Verdict], tuple[float | str, ...]]] = {
    "fastest": lambda v: (-v.scorecard.speed_up, v.scorecard.bytes_on_disk, v.quality_drop.value, v.recipe),
    "smallest": lambda v: (v.scorecard.bytes_on_disk, -v.scorecard.speed_up, v.quality_drop.value, v.recipe),
    "best-quality": lambda v: (v.quality_drop.value, -v.scorecard.speed_up, v.scorecard.bytes_on_disk, v.recipe),
}
"""What comes first by objective. Ties go on to the next value and end at the name, so that they always fall alike.

Speed is the speed-up against the reference of the same step, never milliseconds of two different steps.
"""


def choose(baseline: Scored, others: Sequence[Scored], settings: SelectionSettings) -> Choice:
    """Return which candidate goes on, with a verdict and its reasons for each; the baseline is never chosen."""
    judged = [_judge(scored, baseline, settings) for scored in others]
    ranked = sorted((verdict for verdict in judged if verdict.qualifies), key=_BEST_FIRST[settings.objective])
    nothing_lost = Interval(0.0, 0.0, 0.0, settings.confidence)
    return Choice(
        chosen=ranked[0].recipe if ranked else "",
        why=" ".join([_why(judged, ranked, settings.objective), *_machines(baseline, others)]),
        objective=settings.objective,
        budgets=settings.budgets(),
        verdicts=[
            Verdict(baseline.card.recipe, False, [REFERENCE], nothing_lost, baseline.card),
            *(_with_rank(verdict, ranked, settings.objective) for verdict in judged),
        ],
    )


def _judge(scored: Scored, baseline: Scored, settings: SelectionSettings) -> Verdict:
    drop = quality_drop(baseline.right, scored.right, settings.confidence, settings.resamples, settings.seed)
    reasons = broken_budgets(scored.card, drop, settings)
    return Verdict(scored.card.recipe, not reasons, reasons, drop, scored.card)


def _with_rank(verdict: Verdict, ranked: Sequence[Verdict], objective: Objective) -> Verdict:
    """Return the verdict of a candidate that qualifies with its place; any other as it is."""
    if not verdict.qualifies:
        return verdict
    place = ranked.index(verdict)
    if place == 0:
        reason = f"{_superlative(objective)} of those within the budgets: {_measure(verdict, objective)}"
    else:
        reason = (
            f"within the budgets, but number {place + 1} by the objective {objective}: {_measure(verdict, objective)}, "
            f"and {_measure(ranked[0], objective)} for {ranked[0].recipe}"
        )
    return Verdict(verdict.recipe, True, [reason], verdict.quality_drop, verdict.scorecard)


def _why(judged: Sequence[Verdict], ranked: Sequence[Verdict], objective: Objective) -> str:
    if not judged:
        return "Only the baseline was evaluated, and it is not for serving: add a recipe."
    if not ranked:
        return "No candidate is within the budgets, so there is nothing to register."
    best = ranked[0]
    drop, card = best.quality_drop, best.scorecard
    among = f"the {_superlative(objective)} of {len(ranked)} candidates" if len(ranked) > 1 else "the only candidate"
    change = f"{abs(drop.value):.1f} points of accuracy {'below' if drop.value > 0 else 'above'} the baseline"
    return (
        f"{best.recipe} is {among} within the budgets: {card.speed_up:.1f} times as fast as torch fp32, "
        f"{card.bytes_on_disk / MIB:.1f} MiB, {change if drop.value else 'as accurate as the baseline'} "
        f"({drop.confidence:.0%} interval of the loss {drop.low:.1f} to {drop.high:.1f} points)."
    )


def _superlative(objective: Objective) -> str:
    return {"fastest": "fastest", "smallest": "smallest", "best-quality": "most accurate"}[objective]


def _measure(verdict: Verdict, objective: Objective) -> str:
    card = verdict.scorecard
    return {
        "fastest": f"{card.speed_up:.2f} times as fast as torch fp32",
        "smallest": f"{card.bytes_on_disk / MIB:.2f} MiB",
        "best-quality": f"accuracy {card.accuracy.value:.4f}",
    }[objective]


def _machines(baseline: Scored, others: Sequence[Scored]) -> list[str]:
    """Return a sentence when the scorecards come from different machines."""
    elsewhere = [scored.card.recipe for scored in others if scored.card.machine != baseline.card.machine]
    if not elsewhere:
        return []
    return [
        f"Measured on another machine than the baseline: {', '.join(elsewhere)}. Compare speed-ups, each of which "
        "comes from one machine, and not milliseconds."
    ]
