"""The settings of the evaluation."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT

Positive = Annotated[int, Field(gt=0)]


@dataclass(frozen=True, config=STRICT)
class EvaluationSettings:
    """On which rows and at which input sizes candidates are measured, and how long."""

    split: Literal["test", "validation"] = "test"
    """The held-out rows. Fine-tuning stops by the validation split, so only the test split is unseen."""
    resamples: Annotated[int, Field(ge=100, le=1_000_000)] = 1000
    """Bootstrap resamples behind each interval."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Share of such intervals that hold the true value."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the bootstrap's random numbers."""
    sizes: Annotated[tuple[tuple[Positive, Positive], ...], Field(min_length=1)] = ((1, 32), (1, 128), (32, 32))
    """Input sizes to time, as (batch, tokens); the first is the headline size that budgets speak of. Sequences longer
    than the model reads are cut, as its texts are."""
    seconds_per_size: Annotated[float, Field(gt=0)] = 1.0
    """Timed seconds at each size, warm-up left out."""
    min_calls: Positive = 12
    """Timed calls at each size at least, however long they take."""
    rounds: Positive = 3
    """Turns that candidate and reference take at each size; the calls are spread over them."""
    warm_up_calls: Positive = 2
    """Calls before each turn that are not counted."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads of the measured models, pinned to as many cores; 0 takes every physical core that may be used."""
    length_bands: tuple[Positive, ...] = (16, 32, 64)
    """Upper ends of the length slices, in tokens, special tokens included; one more slice holds what is longer."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        faults = []
        if len(set(self.sizes)) < len(self.sizes):
            faults.append(Fault("evaluation.sizes", "the same size twice", "each size once", "Remove the double."))
        if list(self.length_bands) != sorted(set(self.length_bands)):
            found = ", ".join(map(str, self.length_bands))
            faults.append(Fault("evaluation.length_bands", found, "numbers that grow", "Sort them."))
        return faults
