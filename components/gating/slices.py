"""Whether some part of the rows got worse while the whole did not."""

import numpy as np
from statsmodels.stats.multitest import multipletests

from components.contracts.decision import Check
from components.gating.answered import Flags
from components.gating.config import GatingSettings
from components.gating.pairs import Pairs, count_pairs, p_better
from components.gating.points import better


def check_slices(challenger: Flags, champion: Flags, slices: dict[str, Flags], settings: GatingSettings) -> list[Check]:
    """Return a check for each slice: it fails where the challenger is significantly worse than the champion.

    McNemar's exact test, one-sided, on the slice's rows, with the p values of all tested slices corrected together
    (Holm 1979): slices may share rows, and of two equal models any slice at all fails with a probability of alpha at
    the most.

    Args:
        challenger: whether it was right, as (rows,).
        champion: the same of the champion.
        slices: whether a row lies in the slice, as (rows,), by the slice's name.
        settings: alpha, and how many rows a slice needs.

    """
    pairs = {name: count_pairs(challenger[inside], champion[inside]) for name, inside in slices.items()}
    tested = {name: each for name, each in pairs.items() if each.rows >= settings.min_slice_rows}
    p_values = [p_better(each.turned()) for each in tested.values()]
    corrected = multipletests(p_values, settings.alpha, method="holm")[1] if tested else np.empty(0)
    p_of = dict(zip(tested, map(float, corrected), strict=True))
    return [_check(name, each, p_of.get(name), settings) for name, each in pairs.items()]


def _check(name: str, pairs: Pairs, p_value: float | None, settings: GatingSettings) -> Check:
    observed = f"{better(100 * pairs.difference)} on {pairs.rows:,} row{'s' * (pairs.rows != 1)}".capitalize()
    if p_value is None:
        return Check(f"slice.{name}", "noted", f"{observed}: too few to test, which takes {settings.min_slice_rows}.")
    tests = f"p {p_value:.2g} after Holm's correction, alpha {settings.alpha:g}"
    if p_value <= settings.alpha:
        return Check(f"slice.{name}", "failed", f"{observed}: significantly worse ({tests}).", p_value)
    return Check(f"slice.{name}", "passed", f"{observed}: not shown to be worse ({tests}).", p_value)
