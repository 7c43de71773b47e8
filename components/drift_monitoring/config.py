"""How sure an alarm has to be, and who else is told of it."""

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class DriftSettings:
    """Settings of the room drift_monitoring."""

    alpha: Annotated[float, Field(ge=0.01, le=0.2)] = 0.05
    """How often a batch that has not drifted may alarm, all tests taken together.

    999 permutations give no p-value below 0.001, and Holm's correction holds the smallest of eight against an eighth of
    alpha: under 0.008 no test by permutations could alarm by itself.
    """
    rows: Annotated[int, Field(ge=100, le=20_000)] = 2000
    """Of how many rows of a batch at most the tests are made: the more, the smaller the drift that alarms."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of that sample, and of the permutations."""
    textfile_folder: str = ""
    """Where the Prometheus file goes as well: the folder of node_exporter's textfile collector; empty for none."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations: there are none."""
        return []
