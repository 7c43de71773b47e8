"""What can be set about retraining."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class RetrainingSettings:
    """What is reason enough to train a model again, and what speaks against it all the same."""

    max_age_days: Annotated[float, Field(ge=0)] = 90
    """How old the newest training may be before its age is a reason; 0 is no limit."""
    start_from: Literal["base", "champion"] = "base"
    """What is trained: the pretrained model of `model_ingestion`, or the weights that became the champion."""
    cooldown_hours: Annotated[float, Field(ge=0)] = 12
    """From the end of one training to the begin of the next."""
    max_runs_a_week: Annotated[int, Field(ge=1)] = 7
    """Trainings that may begin in any seven days; what built nothing new is none."""
    max_hours_a_week: Annotated[float, Field(gt=0)] = 48
    """Hours that the trainings of any seven days may have taken together before another one begins."""
    max_failures: Annotated[int, Field(ge=1)] = 3
    """Failures in a row that open the circuit breaker."""
    retry_after_hours: Annotated[float, Field(gt=0)] = 24
    """How long an open breaker lets nothing through; then a single attempt decides whether it closes."""
    lease_minutes: Annotated[float, Field(gt=0)] = 1500
    """How long a training may give no sign of life before it is taken for dead: longer than an attempt at any step."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations: there are none."""
        return []
