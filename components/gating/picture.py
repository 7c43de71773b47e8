"""The picture's geometry: the difference with its interval and the margin, in units of an SVG that is `WIDTH` wide."""

import math
from dataclasses import dataclass

from components.contracts.scorecard import Interval

WIDTH, HEIGHT = 380, 122
LEFT, RIGHT, TOP, BOTTOM = 12, 368, 26, 88
MIDDLE = (TOP + BOTTOM) / 2
_MOST_TICKS = 6


@dataclass(frozen=True)
class Picture:
    """Where things lie, from left to right; the differences are points of accuracy, challenger above champion."""

    margin: float
    """Where the challenger is as much worse as it must not be."""
    zero: float
    low: float
    value: float
    high: float
    ticks: list[tuple[float, str]]
    """Round differences, as (place, text)."""


def draw_difference(difference: Interval, margin_points: float) -> Picture:
    """Return the places; the margin keeps a fifth of the picture to its left, for its shade and its name."""
    most = max(difference.high, margin_points / 2) + 0.1 * margin_points
    least = min(difference.low - 0.1 * margin_points, -margin_points - (most + margin_points) / 4)
    span = most - least

    def place(points: float) -> float:
        return round(LEFT + (points - least) / span * (RIGHT - LEFT), 1)

    ticks = [(place(points), f"{points:+g}" if points else "0") for points in _round_values(least, most)]
    low, value, high = place(difference.low), place(difference.value), place(difference.high)
    return Picture(place(-margin_points), place(0), low, value, high, ticks)


def _round_values(least: float, most: float) -> list[float]:
    steps = (digit * 10.0**power for power in range(-6, 3) for digit in (1, 2, 5))
    step = next(step for step in steps if (most - least) / step <= _MOST_TICKS)
    return [round(count * step, 6) for count in range(math.ceil(least / step), math.floor(most / step) + 1)]
