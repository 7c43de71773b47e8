"""What the training loop needs to know of a task, and nothing else of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedModel


@dataclass(frozen=True)
class Example:
    """One encoded row."""

    ids: list[int]
    """Token ids, cut, special tokens included."""
    target: Any
    """What the model has to answer, in the task's own form."""


Answers = tuple[Tensor, Tensor]
"""A batch's logits and targets, on the CPU."""


@dataclass(frozen=True)
class Task:
    """A task as five functions and a name."""

    build: Callable[[Path, Sequence[str], int, float | None], PreTrainedModel]
    """`build(base, labels, pad_id, dropout)` returns the base model with a new head, and with its own dropout for None;
    draws from torch's global generator."""
    encode: Callable[[pa.Table, Tokenizer, Sequence[str]], list[Example]]
    """`encode(rows, tokenizer, labels)` returns the rows of a split as examples, in their order."""
    collate: Callable[[Sequence[Example], int], dict[str, Tensor]]
    """`collate(examples, pad_id)` returns the model's inputs and `target`, each with the batch first."""
    losses: Callable[[Tensor, Tensor], Tensor]
    """`losses(logits, target)` returns one loss a row: (batch,)."""
    measure: Callable[[Sequence[Answers]], Mapping[str, float]]
    """`measure(answers)` returns the metrics of a whole split, given batch by batch."""
    score: str
    """The metric that weights are judged by: a share from 0 to 1, higher is better."""
