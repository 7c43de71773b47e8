"""What can be set about fine-tuning."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class FineTuningSettings:
    """How a model is trained."""

    task: Literal["text-classification"] = "text-classification"
    """What the model learns; one file of `tasks/` each."""
    epochs: Annotated[int, Field(gt=0)] = 2
    """How often every training row is seen, at most."""
    learning_rate: Annotated[float, Field(gt=0, lt=1)] = 1e-4
    """The highest step size of AdamW."""
    head_learning_rate_factor: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """How many times that step size is for what lies on the encoder: a new head has further to go than its base."""
    weight_decay: Annotated[float, Field(ge=0, lt=1)] = 0.01
    """AdamW's decoupled decay of matrices; biases and normalisations have none."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """The share of activations that training leaves out at random; null leaves it to the base model's config.json."""
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of all training samples over which the step size climbs to its highest."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How the step size goes down after the warm-up; all but `constant` end at 0."""
    max_tokens: Annotated[int, Field(ge=3)] = 128
    """Texts are cut to this many tokens, special tokens included."""
    tokens_per_batch: Annotated[int, Field(gt=0)] = 1024
    """The most tokens of one optimizer step, padding included."""
    gradient_clip: Annotated[float, Field(ge=0)] = 1.0
    """The largest norm of the gradients of one step; 0 leaves them as they are."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """The arithmetic of matrix products; `auto` is bf16 where the processor has instructions for it."""
    evaluations_per_epoch: Annotated[int, Field(gt=0)] = 2
    """How often an epoch is interrupted to measure on the validation split."""
    patience: Annotated[int, Field(ge=0)] = 0
    """Training ends after this many evaluations in a row without a new best; 0 never ends it early."""
    checkpoint_seconds: Annotated[float, Field(ge=0)] = 30.0
    """Seconds between two checkpoints; 0 writes one after every step."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the new layers, of dropout and of the order of the rows."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Processor threads; 0 takes every core that the process, or its container, may use."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        if self.max_tokens <= self.tokens_per_batch:
            return []
        return [
            Fault(
                "fine_tuning.tokens_per_batch",
                str(self.tokens_per_batch),
                f"at least fine_tuning.max_tokens, which is {self.max_tokens}",
                "A batch has to hold the longest text: raise the one or lower the other.",
            )
        ]
