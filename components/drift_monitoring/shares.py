"""Whether what can be counted by kinds has other shares than before."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.stats import MonteCarloMethod, chi2_contingency

from components.contracts.drift import Kind
from components.drift_monitoring.question import PERMUTATIONS, Answer

_SHOWN = 4


def compare_shares(
    name: str, kind: Kind, before: Sequence[str], now: Sequence[str], dice: np.random.Generator
) -> Answer:
    """Return the answer of a chi-square test, its p-value by permuting rows; the sentence names the largest changes.

    The statistic that is shown is the population stability index: the sum over the shares p before and q now of
    (q - p) ln(q / p), half a row added to each count.
    """
    names = sorted({*before, *now})
    table = np.array([[Counter(side)[each] for each in names] for side in (before, now)], dtype=float)
    p_value = 1.0
    if len(names) > 1:
        by_permuting = MonteCarloMethod(n_resamples=PERMUTATIONS, rng=dice)
        p_value = float(chi2_contingency(table.astype(int), correction=False, method=by_permuting).pvalue)
    shares = table / table.sum(axis=1, keepdims=True)
    changed = sorted(range(len(names)), key=lambda place: -abs(shares[1, place] - shares[0, place]))[:_SHOWN]
    told = "; ".join(f"{names[place]} {shares[1, place]:.1%}, before {shares[0, place]:.1%}" for place in changed)
    return Answer(name, kind, "population stability index", _stability_index(table), p_value, told)


def _stability_index(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    before, now = (table + 0.5) / (table + 0.5).sum(axis=1, keepdims=True)
    return float(((now - before) * np.log(now / before)).sum())
