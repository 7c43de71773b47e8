"""Budgets, and the sentences about those that a candidate breaks."""

from components.contracts.scorecard import Interval, Scorecard
from components.selection.config import SelectionSettings

MIB = 1024 * 1024
_ROUNDING = 1e-9
"""Points, milliseconds and MiB closer than this are equal: 1.0 points must not exceed a budget of 1.0."""


def broken_budgets(card: Scorecard, drop: Interval, settings: SelectionSettings) -> list[str]:
    """Return a sentence for each budget that the candidate breaks, with value and limit; none if it qualifies.

    Args:
        card: what was measured.
        drop: points of accuracy lost against the baseline.
        settings: the budgets. The observed loss counts against `max_quality_drop`, the upper end of its interval
            against `max_quality_drop_upper`; a limit of 0 is no budget, but for `max_quality_drop`.

    """
    limits = settings.budgets()
    ceilings = {
        "max_quality_drop": ("loss of accuracy", drop.value, " points"),
        "max_quality_drop_upper": (f"upper end of the loss's {drop.confidence:.0%} interval", drop.high, " points"),
        "max_p95_ms": ("p95", card.latency[0].p95_ms, " ms"),
        "max_mib": ("size on disk", card.bytes_on_disk / MIB, " MiB"),
    }
    broken = [
        _sentence(what, value, "over", limits[name], unit)
        for name, (what, value, unit) in ceilings.items()
        if name in limits and value > limits[name] + _ROUNDING
    ]
    if card.speed_up < limits.get("min_speed_up", 0) - _ROUNDING:
        broken.append(_sentence("speed-up", card.speed_up, "under", limits["min_speed_up"], " times"))
    return broken


def _sentence(what: str, value: float, side: str, limit: float, unit: str) -> str:
    """Return such as `p95 12.3 ms is over the budget of 8.0 ms`, with as many digits as tell the two apart."""
    digits = next((d for d in range(1, 6) if f"{value:.{d}f}" != f"{limit:.{d}f}"), 6)
    return f"{what} {value:.{digits}f}{unit} is {side} the budget of {limit:.{digits}f}{unit}"
