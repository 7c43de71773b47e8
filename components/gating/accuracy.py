"""Whether the challenger is as accurate as the champion, or better, and how many rows it takes to say so."""

import math
from dataclasses import dataclass

from components.contracts.decision import Check, Verdict
from components.contracts.scorecard import Interval
from components.gating.config import GatingSettings
from components.gating.noninferiority import p_not_inferior
from components.gating.pairs import Pairs, bootstrap_difference, p_better
from components.gating.planning import decidable_margin, rows_needed
from components.gating.points import above, better, in_points


@dataclass(frozen=True)
class Accuracy:
    """What the answers to the same rows show."""

    difference: Interval
    """Points of accuracy that the challenger is better; the interval's lower end is a one-sided bound at alpha."""
    rows_needed: int
    """How many rows would show a challenger that is as good as the champion to be less than the margin worse."""
    superior: bool
    checks: list[Check]


def compare_accuracy(pairs: Pairs, settings: GatingSettings) -> Accuracy:
    """Return what `pairs` show, at the margin, the alpha and the power of the settings."""
    difference = bootstrap_difference(pairs, 1 - 2 * settings.alpha, settings.resamples, settings.seed)
    needed = rows_needed(pairs.likely_discordance, settings.margin_points / 100, settings.alpha, settings.power)
    superior = p_better(pairs) <= settings.alpha
    checks = [_non_inferiority(pairs, difference, needed, settings), _superiority(pairs, superior, settings)]
    return Accuracy(difference, needed, superior, checks)


def _non_inferiority(pairs: Pairs, difference: Interval, needed: int, settings: GatingSettings) -> Check:
    p_value, p_worse = p_not_inferior(pairs, settings.margin_points / 100), p_better(pairs.turned())
    verdict: Verdict
    if p_value <= settings.alpha:
        verdict, found = "passed", "shown"
    elif p_worse <= settings.alpha:
        verdict, found = "failed", f"shown to be worse (McNemar's exact p {p_worse:.2g}), and not shown"
    elif pairs.rows >= needed:
        verdict, found = "failed", "enough rows, and yet not shown"
    else:
        verdict, found = "undecided", "too few to show it"
    sentence = (
        f"{better(difference.value)} on {pairs.rows:,} rows ({difference.confidence:.0%} interval "
        f"{above(difference.low)} to {above(difference.high)} points): {found} to be less than "
        f"{in_points(settings.margin_points)} worse (exact p {p_value:.2g}, alpha {settings.alpha:g})"
    )
    more = _what_is_enough(pairs, needed, settings) if verdict == "undecided" else ""
    return Check("non_inferiority", verdict, f"{sentence[0].upper()}{sentence[1:]}{more}.", p_value)


def _what_is_enough(pairs: Pairs, needed: int, settings: GatingSettings) -> str:
    discordance = pairs.likely_discordance
    margin = 100 * decidable_margin(pairs.rows, discordance, settings.alpha, settings.power)
    these = "" if math.isinf(margin) else f", and these for a margin of {in_points(math.ceil(10 * margin) / 10)}"
    return (
        f"; about {needed:,} rows are enough, with a power of {settings.power:.0%} where only one of the two is right "
        f"on {discordance:.1%} of them{these}"
    )


def _superiority(pairs: Pairs, superior: bool, settings: GatingSettings) -> Check:
    p_value = p_better(pairs)
    counts = f"only the challenger was right on {pairs.won:,} rows, only the champion on {pairs.lost:,}"
    found = f"{counts} (McNemar's exact test, one-sided p {p_value:.2g}, alpha {settings.alpha:g})"
    sentence = f"{'Shown' if superior else 'Not shown'} to be better: {found}."
    if settings.rule == "non_inferior":
        return Check("superiority", "noted", sentence, p_value)
    if superior:
        return Check("superiority", "passed", sentence, p_value)
    if pairs.difference <= 0:
        return Check("superiority", "failed", sentence, p_value)
    needed = rows_needed(pairs.likely_discordance, 0, settings.alpha, settings.power, pairs.difference)
    way_out = (
        f"If it is as much better as it seems, about {needed:,} rows show it, with a power of {settings.power:.0%}."
    )
    return Check("superiority", "undecided", f"{sentence} {way_out}", p_value)
