"""Whether a challenger is shown to be less than a margin worse: an exact unconditional test of paired proportions.

The normal distribution behind the usual score test (Tango 1998) promises too much where few rows tell two models apart.
Two models that agree on all of 270 rows pass it at a margin of 1 point and an alpha of 0.05, though a challenger that
is 1 point worse agrees on all of them with a probability of 0.99^270 = 0.066. So the score only ranks what could have
been observed, and the probabilities are those of the multinomial itself (Hsueh, Liu and Chen 2001).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from components.gating.pairs import Pairs

Reals = NDArray[np.float64]
Counts = Reals | float

UNBELIEVED = 1e-4
"""The probability that the share of discordant rows lies outside of the interval that is searched: it is added to the
p value, which stays valid by that (Berger and Boos 1994)."""
_PLACES = 32
"""How many values in that interval are tried: a quarter of a standard deviation apart."""
_NEGLIGIBLE = 1e-9


def restricted_share(rows: Counts, won: Counts, lost: Counts, margin: float) -> Reals:
    """Return the likeliest probability that only the champion is right, if the challenger is `margin` worse.

    The root q of 2 rows q^2 - (won + lost + margin (2 rows - won + lost)) q + lost margin (1 + margin) = 0 at which all
    three probabilities are positive: Tango 1998. Counts or shares, as one likes.
    """
    linear = -won - lost - margin * (2 * rows - won + lost)
    constant = lost * margin * (1 + margin)
    return np.asarray((np.sqrt(linear**2 - 8 * rows * constant) - linear) / (4 * rows))


def score(rows: Counts, won: Counts, lost: Counts, margin: float) -> Reals:
    """Return how many standard errors the difference lies above -margin: Tango 1998.

    (won - lost + rows margin) / sqrt(rows (2 q - margin (1 + margin))), with q as in `restricted_share`.
    """
    variance = 2 * restricted_share(rows, won, lost, margin) - margin * (1 + margin)
    return np.asarray((won - lost + rows * margin) / np.sqrt(rows * variance))


def p_not_inferior(pairs: Pairs, margin: float) -> float:
    """Return the p value against the hypothesis that the challenger is `margin` or more worse.

    It is the largest probability of a score as high as the observed one, over every share of discordant rows that
    the rows leave possible. Given that share, the probability grows with the difference, so that the margin itself is
    the worst case of the hypothesis.

    Args:
        pairs: the counts.
        margin: as a share of the rows, above 0.

    """
    low, high = proportion_confint(pairs.won + pairs.lost, pairs.rows, alpha=UNBELIEVED, method="beta")
    if high < margin:  # the two agree so often that the one cannot be that much worse
        return UNBELIEVED
    share = np.linspace(max(low, margin), high, _PLACES)[:, np.newaxis]
    first, last = binom.ppf(_NEGLIGIBLE, pairs.rows, share[0, 0]), binom.isf(_NEGLIGIBLE, pairs.rows, high)
    discordant = np.arange(first, last + 1)
    least_won = _least_won(pairs, discordant, margin)
    as_high = binom.sf(least_won - 1, discordant, (share - margin) / (2 * share))
    probability = (binom.pmf(discordant, pairs.rows, share) * as_high).sum(axis=1)
    return float(min(probability.max() + UNBELIEVED, 1.0))


def _least_won(pairs: Pairs, discordant: Reals, margin: float) -> Reals:
    """Return how many of each number of discordant rows have to be won for the observed score, by bisection."""
    observed = score(pairs.rows, pairs.won, pairs.lost, margin) - _NEGLIGIBLE
    below, enough = np.full_like(discordant, -1), discordant + 1  # winning one more than all is never reached
    while (enough - below > 1).any():
        middle = np.clip(np.floor((below + enough) / 2), 0, discordant)
        reached = score(pairs.rows, middle, discordant - middle, margin) >= observed
        below, enough = np.where(reached, below, middle), np.where(reached, middle, enough)
    return enough
