"""The loss of accuracy between two models that answered the same rows."""

import numpy as np
from numpy.typing import NDArray

from components.contracts.scorecard import Interval


def quality_drop(
    baseline_right: NDArray[np.bool_], right: NDArray[np.bool_], confidence: float, resamples: int, seed: int
) -> Interval:
    """Return the points of accuracy lost against the baseline; negative where the candidate is better.

    The interval holds the percentiles of a paired bootstrap: rows are drawn with both answers to them (Efron and
    Tibshirani 1993). Only rows that one of the two got right move the difference, so their counts are drawn, as a
    multinomial.

    Args:
        baseline_right: whether the baseline was right, as (rows,).
        right: whether the candidate was right on the same rows, as (rows,).
        confidence: such as 0.95.
        resamples: how many bootstrap resamples.
        seed: of the random numbers.

    """
    rows = len(right)
    lost = int((baseline_right & ~right).sum())
    won = int((~baseline_right & right).sum())
    shares = [lost / rows, won / rows, (rows - lost - won) / rows]
    draws = np.random.default_rng(seed).multinomial(rows, shares, size=resamples)
    tail = (1 - confidence) / 2
    low, high = np.quantile((draws[:, 0] - draws[:, 1]) * 100 / rows, [tail, 1 - tail])
    return Interval((lost - won) * 100 / rows, float(low), float(high), confidence)
