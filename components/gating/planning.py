"""How many rows a margin needs, before or after they are there.

By the normal distribution, as Nam 1997 has it for the score test; `benchmarks/gate_error_rates.md` holds the plan
against what the gate does.
"""

import math

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from components.gating.noninferiority import UNBELIEVED, restricted_share

_WIDEST = 0.5


def rows_needed(discordance: float, margin: float, alpha: float, power: float, difference: float = 0.0) -> int:
    """Return how many rows show, with a probability of `power`, that a challenger is less than `margin` worse.

    Args:
        discordance: the share of the rows that only one of the two gets right.
        margin: as a share of the rows; 0 asks for rows that show it to be better, and `difference` is above 0 then.
        alpha: the test's, one-sided.
        power: the probability.
        difference: the share of the rows by which the challenger is more accurate in truth.

    """
    of_margin, of_truth = _deviations(discordance, margin, difference)
    rows = ((_beyond(alpha) * of_margin + _beyond(1 - power) * of_truth) / (margin + difference)) ** 2
    return math.ceil(max(rows, _least_rows(margin, alpha)))


def power_of(rows: int, discordance: float, margin: float, alpha: float, difference: float = 0.0) -> float:
    """Return the probability that `rows` rows show it; the arguments are those of `rows_needed`."""
    if rows < _least_rows(margin, alpha):
        return 0.0
    of_margin, of_truth = _deviations(discordance, margin, difference)
    above = (margin + difference) * math.sqrt(rows) - _beyond(alpha) * of_margin
    return float(ndtr(above / of_truth)) if of_truth else float(above >= 0)


def decidable_margin(rows: int, discordance: float, alpha: float, power: float) -> float:
    """Return the smallest margin, as a share, for which `rows` rows are enough; infinite where none of half is."""
    if rows_needed(discordance, _WIDEST, alpha, power) > rows:
        return math.inf
    return float(brentq(lambda margin: rows_needed(discordance, margin, alpha, power) - rows - 0.5, 1e-6, _WIDEST))


def _deviations(discordance: float, margin: float, difference: float) -> tuple[float, float]:
    """Return the standard deviations of a row's difference: at the margin, and in truth."""
    won, lost = (discordance + difference) / 2, (discordance - difference) / 2
    at_margin = 2 * float(restricted_share(1.0, won, lost, margin)) - margin * (1 + margin)
    # where all of a few rows were won, their difference is above the discordance that is likely
    return math.sqrt(at_margin), math.sqrt(max(0.0, discordance - difference**2))


def _beyond(probability: float) -> float:
    """Return how many standard deviations are exceeded with `probability`."""
    return -float(ndtri(probability))


def _least_rows(margin: float, alpha: float) -> float:
    """Return how many rows it takes where the two agree on all of them."""
    return math.log(alpha - UNBELIEVED) / math.log1p(-margin) if margin else 0.0
