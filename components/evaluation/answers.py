"""What one candidate does with the held-out rows: its logits, its speed beside the reference, its memory."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from components.contracts.candidate import Candidate
from components.contracts.events import Progress
from components.contracts.faults import BadInput, Fault
from components.contracts.scorecard import Latency
from components.evaluation.config import EvaluationSettings
from components.evaluation.held_out import HeldOut
from components.evaluation.latency import inputs_of_size, measure_in_turns, sizes_within
from components.evaluation.worker import QUICK_PYTHON, WARM_PYTHON, Worker

_TEXTS_A_REQUEST = 512


@dataclass(frozen=True)
class Answers:
    """Everything that had to be measured by running the model."""

    logits: NDArray[np.float32]
    """As (rows, labels)."""
    latency: list[Latency]
    reference_latency: list[Latency]
    """The same as `latency` for the baseline, which is its own reference."""
    peak_memory_mib: float


def collect_answers(
    folder: Path, candidate: Candidate, tuned: Path, held_out: HeldOut, settings: EvaluationSettings, threads: int
) -> Answers:
    """Run the candidate in `folder` in a process of its own, and the tuned model in another one beside it.

    Raises:
        BadInput: a runtime cannot run its model.
        Unavailable: one of the processes was killed from outside.

    """
    sizes = sizes_within(settings.sizes, candidate.max_tokens)
    inputs = [inputs_of_size(held_out.ids, batch, tokens) for batch, tokens in sizes]
    with ExitStack() as stack:
        logs = Path(stack.enter_context(TemporaryDirectory()))
        if candidate.runtime == "torch":
            python = os.environ.get(WARM_PYTHON, sys.executable)
            model = reference = stack.enter_context(Worker("torch", tuned, threads, logs / "model.log", python))
        else:
            model = stack.enter_context(Worker("onnxruntime", folder, threads, logs / "model.log"))
            python = os.environ.get(QUICK_PYTHON, sys.executable)
            reference = stack.enter_context(Worker("torch", tuned, threads, logs / "reference.log", python))
        # before any larger input: the peak is that of a process that has seen the headline size alone
        model.seconds(inputs[0], 0, 0.0, settings.warm_up_calls)
        peak = model.peak_memory_mib()
        logits = classify(model, held_out.texts)
        reference.wait_until_loaded()
        turns = {"reference": reference} if model is reference else {candidate.recipe: model, "reference": reference}
        latency = measure_in_turns(turns, dict.fromkeys(turns, inputs), settings, threads)
    return Answers(logits, next(iter(latency.values())), latency["reference"], peak)


def classify(model: Worker, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return logits as (len(texts), labels); texts of similar length go together, so that little is padded."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    progress = Progress("rows", len(texts))
    parts = []
    for start in range(0, len(order), _TEXTS_A_REQUEST):
        rows = order[start : start + _TEXTS_A_REQUEST]
        parts.append(model.logits([texts[row] for row in rows]))
        progress.advance(len(rows))
    logits = np.concatenate(parts)
    result = np.empty_like(logits)
    result[order] = logits
    return result


def check_finite(model: str, logits: NDArray[np.float32], held_out: HeldOut, way_out: str) -> None:
    """Check that the model answers with numbers.

    Raises:
        BadInput: some logits are NaN or infinite.

    """
    broken = np.flatnonzero(~np.isfinite(logits).all(axis=1))
    if len(broken):
        where = f"the first at row {held_out.rows[broken[0]]} of the source"
        found = f"logits that are no finite numbers for {len(broken)} of {len(logits)} rows, {where}"
        raise BadInput(Fault(model, found, "finite logits", way_out))
