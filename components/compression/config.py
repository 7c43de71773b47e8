"""The recipes by name, and what bounds what they may do to a model."""

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT

RECIPES: dict[str, str] = {
    "baseline": "components.compression.recipes.baseline",
    "onnx-fp32": "components.compression.recipes.onnx_fp32",
    "int8-dynamic": "components.compression.recipes.int8_dynamic",
}
"""Every recipe: the module whose `make(job) -> Made` writes its candidate, loaded only when it is asked for.

A new recipe is a file in `recipes/` and a line here.
"""


@dataclass(frozen=True, config=STRICT)
class CompressionSettings:
    """Settings of the room compression."""

    tolerance: Annotated[float, Field(gt=0)] = 1e-3
    """The largest absolute difference of a logit that an exact export may have from torch."""
    calibration_rows: Annotated[int, Field(gt=0)] = 1024
    """Rows of the validation split that judge a quantized model; all of them when there are fewer."""
    max_calibration_drop: Annotated[float, Field(ge=0, le=100)] = 1.0
    """Points of accuracy that a quantized model may lose against torch on the calibration rows."""
    max_changed_answers: Annotated[float, Field(ge=0, le=100)] = 5.0
    """Percent of the calibration rows that a quantized model may answer otherwise than torch, right or wrong."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The seed that chooses the calibration rows and the rows that an export is checked on."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        if self.max_calibration_drop > self.max_changed_answers:
            return [
                Fault(
                    "compression.max_calibration_drop",
                    f"{self.max_calibration_drop:g} points, above max_changed_answers ({self.max_changed_answers:g} %)",
                    "a bound that can be reached: accuracy cannot fall by more than the share of changed answers",
                    "Lower it, or raise compression.max_changed_answers.",
                )
            ]
        return []
