"""Latency at fixed input sizes, of several models that take turns on one machine."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from components.contracts.events import Progress
from components.contracts.scorecard import Latency
from components.evaluation.config import EvaluationSettings
from components.evaluation.worker import Worker

Name = TypeVar("Name", bound=str)


def sizes_within(sizes: Sequence[tuple[int, int]], max_tokens: int) -> list[tuple[int, int]]:
    """Return the (batch, tokens) sizes, cut to `max_tokens` as texts are, each once."""
    return list(dict.fromkeys((batch, min(tokens, max_tokens)) for batch, tokens in sizes))


def inputs_of_size(rows: Sequence[Sequence[int]], batch: int, tokens: int) -> NDArray[np.int64]:
    """Return real token ids as (batch, tokens), without padding.

    Each sequence starts with another row, and goes on with the rows after it until it is long enough.
    """
    result = np.zeros((batch, tokens), dtype=np.int64)
    for place in range(batch):
        ids: list[int] = []
        row = place
        while len(ids) < tokens:
            ids += rows[row % len(rows)]
            row += 1
        result[place] = ids[:tokens]
    return result


def measure_in_turns(
    workers: Mapping[Name, Worker],
    inputs: Mapping[Name, Sequence[NDArray[np.int64]]],
    settings: EvaluationSettings,
    threads: int,
) -> dict[Name, list[Latency]]:
    """Return each model's latency for each of its inputs.

    The models take turns, several times at each size, so that what else happens on the machine meets all of them. Only
    one computes at a time.

    Args:
        workers: the models.
        inputs: for each of them as many (batch, seq) arrays, of the same sizes: tokenizers may differ.
        settings: how long each is timed.
        threads: how many each has.

    """
    sizes = len(next(iter(inputs.values())))
    taken: dict[Name, list[list[float]]] = {name: [[] for _ in range(sizes)] for name in workers}
    seconds = settings.seconds_per_size / settings.rounds
    calls = -(-settings.min_calls // settings.rounds)
    progress = Progress("turns", settings.rounds * sizes * len(workers))
    for _ in range(settings.rounds):
        for place in range(sizes):
            for name, worker in workers.items():
                ids = inputs[name][place]
                taken[name][place] += worker.seconds(ids, settings.warm_up_calls, seconds, calls)
                progress.advance(note=f"{name}, {ids.shape[0]} x {ids.shape[1]} tokens")
    return {
        name: [
            summary(ids.shape[0], ids.shape[1], threads, times)
            for ids, times in zip(inputs[name], times_a_size, strict=True)
        ]
        for name, times_a_size in taken.items()
    }


def summary(batch: int, tokens: int, threads: int, seconds: Sequence[float]) -> Latency:
    """Return percentiles (linear between neighbours) and throughput of single calls' wall times."""
    p50, p95, p99 = (float(value) * 1000 for value in np.percentile(seconds, [50, 95, 99]))
    return Latency(batch, tokens, threads, len(seconds), p50, p95, p99, batch * len(seconds) / sum(seconds))
