"""Two models' answers to the same rows, as the counts that a paired comparison stands on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from components.contracts.scorecard import Interval


@dataclass(frozen=True)
class Pairs:
    """How many rows both answered, and on how many only one of the two was right."""

    rows: int
    won: int
    """Rows that only the challenger got right."""
    lost: int
    """Rows that only the champion got right."""

    @property
    def difference(self) -> float:
        """The share of the rows by which the challenger is more accurate."""
        return (self.won - self.lost) / self.rows

    @property
    def discordance(self) -> float:
        """The share of the rows that only one of the two got right."""
        return (self.won + self.lost) / self.rows

    @property
    def likely_discordance(self) -> float:
        """The same as far as few rows can tell, never 0: the mean of the posterior from Jeffreys' prior."""
        return (self.won + self.lost + 0.5) / (self.rows + 1)

    def turned(self) -> "Pairs":
        """Return the same with the two models swapped."""
        return Pairs(self.rows, won=self.lost, lost=self.won)


def count_pairs(challenger_right: NDArray[np.bool_], champion_right: NDArray[np.bool_]) -> Pairs:
    """Return the counts of answers, each as (rows,)."""
    won = int((challenger_right & ~champion_right).sum())
    lost = int((champion_right & ~challenger_right).sum())
    return Pairs(len(challenger_right), won, lost)


def p_better(pairs: Pairs) -> float:
    """Return the p value against the hypothesis that the challenger is not better: McNemar's exact test, one-sided.

    Half the two-sided one where the challenger won more rows than it lost.
    """
    return float(bdtrc(pairs.won - 1, pairs.won + pairs.lost, 0.5))


def bootstrap_difference(pairs: Pairs, confidence: float, resamples: int, seed: int) -> Interval:
    """Return the points of accuracy that the challenger is better, between percentiles of a paired bootstrap.

    Rows are drawn with both answers to them (Efron and Tibshirani 1993). Only rows that one of the two got
    right move the difference, so their counts are drawn, as a multinomial.
    """
    shares = [pairs.won / pairs.rows, pairs.lost / pairs.rows, 1 - pairs.discordance]
    draws = np.random.default_rng(seed).multinomial(pairs.rows, shares, size=resamples)
    tail = (1 - confidence) / 2
    low, high = np.quantile((draws[:, 0] - draws[:, 1]) * 100 / pairs.rows, [tail, 1 - tail])
    return Interval(100 * pairs.difference, float(low), float(high), confidence)
