"""The settings of a promotion: who has the last word, and for how long a request waits for it."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class PromotionSettings:
    """What happens to a challenger that has passed the gate."""

    policy: Literal["auto", "approve"] = "auto"
    """`auto` moves the alias at once; `approve` lets a request wait for a person."""
    hours_to_approve: Annotated[float, Field(gt=0, le=24 * 365)] = 72.0
    """Hours after which a request that nobody answered lapses."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations: there are none."""
        return []
