"""The settings of the selection: the budgets and the objective."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Objective = Literal["fastest", "smallest", "best-quality"]


@dataclass(frozen=True, config=STRICT)
class SelectionSettings:
    """What a candidate must not exceed, and which of those that do not is taken."""

    max_quality_drop: NotNegative = 1.0
    """Points of accuracy that a candidate may lose against the baseline on the same rows; 0 allows no loss."""
    max_quality_drop_upper: NotNegative = 0.0
    """Points that the upper end of the loss's interval may reach, to be surer; 0 sets no such budget."""
    max_p95_ms: NotNegative = 0.0
    """Milliseconds of the 95th percentile at the headline size; 0 sets no such budget."""
    max_mib: NotNegative = 0.0
    """MiB on disk of everything that is needed to serve; 0 sets no such budget."""
    min_speed_up: NotNegative = 0.0
    """How many times as fast as the tuned model in torch fp32, at the headline size; 0 sets no such budget."""
    objective: Objective = "fastest"
    """What is taken of those within the budgets: the largest speed-up, the fewest bytes, or the best accuracy."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Of the interval around the loss of accuracy."""
    resamples: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Paired bootstrap resamples behind that interval."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the bootstrap's random numbers."""

    def budgets(self) -> dict[str, float]:
        """Return the budgets that are set, by name."""
        optional = {
            "max_quality_drop_upper": self.max_quality_drop_upper,
            "max_p95_ms": self.max_p95_ms,
            "max_mib": self.max_mib,
            "min_speed_up": self.min_speed_up,
        }
        return {
            "max_quality_drop": self.max_quality_drop,
            **{name: limit for name, limit in optional.items() if limit},
        }

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        if not 0 < self.max_quality_drop_upper < self.max_quality_drop:
            return []
        expected = f"at least selection.max_quality_drop, which is {self.max_quality_drop:g}"
        way_out = "An interval's upper end is never below the loss itself: raise it, or lower max_quality_drop."
        return [Fault("selection.max_quality_drop_upper", f"{self.max_quality_drop_upper:g}", expected, way_out)]
