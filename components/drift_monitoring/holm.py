"""Several tests, one rate of false alarms: Holm 1979, "A simple sequentially rejective multiple test procedure"."""

from collections.abc import Sequence


def thresholds(p_values: Sequence[float], alpha: float) -> list[tuple[float, bool]]:
    """Return what each p-value is held against, and whether it is below that and all smaller ones are below theirs.

    However the tests depend on each other, none is found by mistake with a probability of more than `alpha` in all.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found = [(alpha, False)] * len(p_values)
    rejecting = True
    for rank, place in enumerate(order):
        threshold = alpha / (len(p_values) - rank)
        rejecting = rejecting and bool(p_values[place] <= threshold)
        found[place] = (threshold, rejecting)
    return found
