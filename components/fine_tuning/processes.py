"""The processes that share a training, as torchrun starts them on a node or on many: one without torchrun."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import DistributedDataParallelKwargs, gather_object
from torch.distributed import DistError

from components.contracts.faults import BadInput, Fault, Unavailable
from components.fine_tuning.precision import Precision

T = TypeVar("T")
_LONGEST_SILENCE = timedelta(minutes=10)
"""After which a process that cannot be heard is taken for gone; the first may write a model meanwhile."""


def join() -> PartialState:
    """Return this process's place among those of its training, once all of them have come.

    Raises:
        Unavailable: another one is gone.
        BadInput: they cannot train together on what this machine has.

    """
    expected = int(os.environ.get("WORLD_SIZE", "1"))
    if expected == 1:
        return PartialState()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # accelerate counts cores otherwise, and says so; `tune` sets them
    with all_there():
        # accelerate takes a node without a GPU for one that trains alone, unless it is told
        place = PartialState(cpu=not torch.cuda.is_available(), timeout=_LONGEST_SILENCE)
    if place.num_processes != expected:
        found = f"{place.num_processes} that accelerate joins on {place.device.type}"
        way_out = "Start one process, or as many as this machine has GPUs."
        raise BadInput(Fault("the processes of this training", found, str(expected), way_out))
    return place


def on_this_node() -> int:
    """Return how many processes of this training share this node's cores."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def accelerator_of(precision: Precision) -> Accelerator:
    """Return what puts a model on this process's device, and adds up gradients over all processes."""
    # a step without a row for some process leaves out nothing; a model may have weights that its head does not use
    shared = DistributedDataParallelKwargs(broadcast_buffers=False, find_unused_parameters=True)
    return Accelerator(mixed_precision="bf16" if precision == "bf16" else "no", kwargs_handlers=[shared])


def share_of(items: Sequence[T], accelerator: Accelerator) -> Sequence[T]:
    """Return every n-th of the items, for n processes: all of them for one."""
    return items[accelerator.process_index :: accelerator.num_processes]


def sum_over_all(accelerator: Accelerator, *numbers: float) -> list[float]:
    """Return the sum of each number over all processes, the same to the last bit in each of them."""
    if accelerator.num_processes == 1:
        return list(numbers)
    sums: list[float] = accelerator.reduce(
        torch.tensor(numbers, dtype=torch.float64, device=accelerator.device), "sum"
    ).tolist()
    return sums


def from_all(items: list[T]) -> list[T]:
    """Return the items of all processes, in the order of the processes, once all have come here."""
    everybodys: list[T] = gather_object(items)
    return everybodys


@contextmanager
def all_there() -> Iterator[None]:
    """Turn what a library says when another process is gone into a sentence.

    Raises:
        Unavailable: another process of the training has ended.

    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, DistError) and "gloo" not in str(error):
            raise
        way_out = "Look at its log, and start all of them again: training goes on from its checkpoint."
        found = str(error).splitlines()[0][:300]
        raise Unavailable(Fault("another process of this training", found, "an answer", way_out)) from error
