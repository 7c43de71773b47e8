"""What two models do with the very same rows, in one step on one machine: neither is remembered, both are measured."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from components.contracts.contenders import Role
from components.contracts.scorecard import Latency
from components.evaluation.answers import check_finite, classify
from components.evaluation.config import EvaluationSettings
from components.evaluation.held_out import HeldOut, tokenize
from components.evaluation.latency import inputs_of_size, measure_in_turns, sizes_within
from components.evaluation.rivals import Rival
from components.evaluation.worker import Worker


@dataclass(frozen=True)
class Trial:
    """What was measured of one of them; logits are as (rows, labels), the labels in the challenger's order."""

    logits: NDArray[np.float32]
    disturbed: dict[str, NDArray[np.float32]]
    """Of the disturbed texts, by disturbance."""
    latency: list[Latency]
    peak_memory_mib: float


def try_rivals(
    rivals: Sequence[Rival],
    held_out: HeldOut,
    disturbed: Mapping[str, Sequence[str]],
    settings: EvaluationSettings,
    threads: int,
) -> dict[Role, Trial]:
    """Run each rival in a process of its own.

    Args:
        rivals: the challenger, then the champion where there is one.
        held_out: the rows.
        disturbed: texts by disturbance.
        settings: which input sizes, how long.
        threads: of each model.

    Raises:
        BadInput: onnxruntime cannot run one of them, or its answers are no finite numbers.
        Unavailable: one of the processes was killed from outside.

    """
    inputs = inputs_of(rivals, held_out, settings)
    labels = rivals[0].candidate.labels
    with ExitStack() as stack:
        logs = Path(stack.enter_context(TemporaryDirectory()))
        workers = {
            rival.role: stack.enter_context(Worker("onnxruntime", rival.folder, threads, logs / rival.role))
            for rival in rivals
        }
        peaks, logits, answers = {}, {}, {}
        for rival in rivals:
            worker = workers[rival.role]
            # before any larger input: the peak is that of a process that has seen the headline size alone
            worker.seconds(inputs[rival.role][0], 0, 0.0, settings.warm_up_calls)
            peaks[rival.role] = worker.peak_memory_mib()
            in_order = [rival.candidate.labels.index(label) for label in labels]
            logits[rival.role] = classify(worker, held_out.texts)[:, in_order]
            check_finite(str(rival), logits[rival.role], held_out, "It is broken: build another model.")
            answers[rival.role] = {name: classify(worker, texts)[:, in_order] for name, texts in disturbed.items()}
        latency = measure_in_turns(workers, inputs, settings, threads)
    return {role: Trial(logits[role], answers[role], latency[role], peaks[role]) for role in workers}


def inputs_of(
    rivals: Sequence[Rival], held_out: HeldOut, settings: EvaluationSettings
) -> dict[Role, list[NDArray[np.int64]]]:
    """Return for each rival as many (batch, seq) inputs, of the same sizes, in the tokens of its own tokenizer."""
    sizes = sizes_within(settings.sizes, min(rival.candidate.max_tokens for rival in rivals))
    inputs = {}
    for rival in rivals:
        ids = tokenize(held_out.texts, rival.folder / "tokenizer.json", rival.candidate.max_tokens)
        inputs[rival.role] = [inputs_of_size(ids, batch, tokens) for batch, tokens in sizes]
    return inputs
