"""The settings of the gate: what a challenger has to show, and what it must not exceed."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Rule = Literal["non_inferior", "superior"]

_DRAWS_IN_A_TAIL = 10


@dataclass(frozen=True, config=STRICT)
class GatingSettings:
    """When a challenger may take the champion's place; a limit of 0 is not set."""

    rule: Rule = "non_inferior"
    """`non_inferior`: shown to be less than the margin worse. `superior`: shown to be better as well."""
    margin_points: Annotated[float, Field(gt=0, le=50)] = 1.0
    """Points of accuracy: a challenger that is this much worse, or more, must not pass."""
    alpha: Annotated[float, Field(ge=0.001, le=0.25)] = 0.05
    """The rate at which one that must not pass may pass all the same; of each test, one-sided."""
    power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.8
    """The rate at which one that is as good as the champion shall pass: says how many rows are enough."""
    min_slice_rows: Annotated[int, Field(ge=1)] = 50
    """Slices of fewer rows are not tested."""
    min_accuracy: Share = 0.0
    """Between 0 and 1, as observed."""
    min_macro_f1: Share = 0.0
    """Between 0 and 1, as observed."""
    max_calibration_error: Share = 0.0
    """Expected calibration error, between 0 and 1."""
    max_calibration_worsening: Share = 0.05
    """How much larger the calibration error may be than the champion's."""
    max_robustness_drop: NotNegative = 0.0
    """Points of accuracy that each disturbance of the texts may cost."""
    max_robustness_worsening: NotNegative = 5.0
    """Points by which accuracy on the disturbed texts may be below the champion's on the same."""
    max_p95_ms: NotNegative = 0.0
    """Milliseconds of the 95th percentile at the headline size."""
    max_p95_ratio: NotNegative = 2.0
    """The same over the champion's, measured by the same step."""
    max_mib: NotNegative = 0.0
    """MiB on disk of everything that is needed to serve."""
    max_peak_memory_mib: NotNegative = 0.0
    """MiB of resident memory of a process that loads it and answers the headline size."""
    resamples: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Paired bootstrap resamples behind the interval of the difference."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the bootstrap's random numbers."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        least = round(_DRAWS_IN_A_TAIL / self.alpha)
        if self.resamples >= least:
            return []
        expected = f"at least {least:,} at gating.alpha {self.alpha:g}"
        way_out = "The interval's ends would stand on fewer than ten draws."
        return [Fault("gating.resamples", f"{self.resamples:,}", expected, way_out)]
