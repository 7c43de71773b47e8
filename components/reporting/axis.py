"""Where values lie along one side of a picture."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """Maps values from `low` to `high` to places from `start` to `end`, in units of the picture."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False
    """Equal factors are equally far apart; `low` is above zero then."""

    def place(self, value: float) -> float:
        """Return where `value` lies, to a tenth; what is beyond an end lies at that end."""
        low, high, at = (math.log(each) if self.logarithmic else each for each in (self.low, self.high, value))
        share = min(max((at - low) / (high - low), 0.0), 1.0)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Return a few round values within the ends, as (place, text)."""
        values = self._round_factors() if self.logarithmic else self._round_steps()
        return [(self.place(value), f"{value:g}") for value in values]

    def _round_steps(self) -> list[float]:
        rounds = (digit * 10.0**power for power in range(-9, 12) for digit in (1, 2, 5))
        step = next(step for step in rounds if (self.high - self.low) / step <= 5)
        return [round(count * step, 9) for count in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]

    def _round_factors(self) -> list[float]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for digits in ((1, 2, 5), (1, 3), (1,)):
            values = [digit * 10.0**power for power in powers for digit in digits]
            within = [value for value in values if self.low <= value <= self.high]
            if len(within) <= 6:
                break
        return within if len(within) > 1 else self._round_steps()
