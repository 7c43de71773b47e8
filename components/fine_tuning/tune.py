"""From a validated data set and a base model to a tuned model."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import set_seed
from transformers.utils import logging as transformers_logging

from components.contracts.dataset import Split, read_split
from components.contracts.faults import BadInput
from components.contracts.folders import write_text_whole
from components.contracts.model import TunedModel
from components.contracts.tracking import StepRun
from components.fine_tuning.batches import padding_share, token_budget_batches
from components.fine_tuning.checkpoints import checkpoint_file, remove_checkpoint
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.curve import DARK, LIGHT, curve_page, curve_png
from components.fine_tuning.history import History
from components.fine_tuning.inputs import Inputs, read_inputs
from components.fine_tuning.precision import Precision, choose_precision
from components.fine_tuning.processes import accelerator_of, all_there, from_all, join, on_this_node
from components.fine_tuning.save import save_tuned_model
from components.fine_tuning.tasks.task import Example, Task
from components.fine_tuning.tasks.text_classification import TEXT_CLASSIFICATION
from components.fine_tuning.threads import usable_cores
from components.fine_tuning.tokenization import find_pad_id
from components.fine_tuning.train import Training

TASKS: dict[str, Task] = {"text-classification": TEXT_CLASSIFICATION}


def tune(
    dataset: Path,
    base: Path,
    validation: Path,
    settings: FineTuningSettings,
    folder: Path,
    curve_html: Path,
    run: StepRun,
    code: str = "",
) -> TunedModel:
    """Write a tuned model to `folder` and its training curve to `curve_html`, and return the model's manifest.

    A training that was killed goes on from its last checkpoint, and comes to the same weights: on a CPU, bit for bit.
    Processes that torchrun started share the work of each step; the first of them writes what comes out.

    Args:
        dataset: a data set contract.
        base: a base model contract.
        validation: the validation contract of that data set.
        settings: how to train.
        folder: where the tuned model contract goes.
        curve_html: where the page with the training curve goes.
        run: takes parameters, metrics by step, and the curve as a picture.
        code: a fingerprint of the code that trains: other code does not go on from this one's checkpoints.

    Raises:
        BadInput: the inputs do not belong together, or cannot be trained on.
        Unavailable: the tracking server does not answer; training goes on from a checkpoint the next time.
        Unwritable: the model or a checkpoint cannot be written.
        KeyboardInterrupt: it was asked to end; training goes on from a checkpoint the next time.

    """
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    inputs = read_inputs(dataset, base, validation, settings)
    processes = join()
    torch.set_num_threads(settings.threads or max(1, usable_cores() // on_this_node()))
    precision = choose_precision(settings.precision, processes.device)
    history = History(run)
    with all_there():
        training = prepare(inputs, settings, precision, history)
    run.params({**asdict(settings), **_facts(training, precision)})

    checkpoint = checkpoint_file(inputs.dataset.content_sha256, inputs.base.sha256, settings, code)
    kept = training.run(checkpoint)
    written: list[TunedModel] = []
    if processes.is_main_process:
        written.append(save_tuned_model(folder, inputs, training, kept, precision))
        _show(written[0], history, TASKS[settings.task].score, curve_html, run)
    with all_there():
        (tuned,) = from_all(written)
    if processes.is_main_process:
        remove_checkpoint(checkpoint)
    return tuned


def prepare(inputs: Inputs, settings: FineTuningSettings, precision: Precision, history: History) -> Training:
    """Return a training at its beginning: rows encoded, model built from the seed and put on its device.

    Raises:
        BadInput: rows without text or label, or a model that cannot learn this task.

    """
    task = TASKS[settings.task]
    train, held_out = (_encode(task, inputs, split) for split in ("train", "validation"))
    set_seed(settings.seed)
    pad_id = find_pad_id(inputs.base_folder, inputs.tokenizer)
    model = task.build(inputs.base_folder, inputs.dataset.labels, pad_id, settings.dropout)
    return Training(task, model, train, held_out, settings, accelerator_of(precision), history)


def _encode(task: Task, inputs: Inputs, split: Split) -> Sequence[Example]:
    rows = read_split(inputs.dataset_folder, inputs.dataset, split)
    try:
        return task.encode(rows, inputs.tokenizer, inputs.dataset.labels)
    except BadInput as refusal:
        faults = [replace(fault, thing=f"{fault.thing} of the {split} split") for fault in refusal.faults]
        raise BadInput(faults) from None


def _facts(training: Training, precision: Precision) -> dict[str, Any]:
    settings = training.settings
    batches = token_budget_batches(training.lengths, settings.tokens_per_batch, settings.seed, epoch=0)
    return {
        "precision": precision,
        "threads": torch.get_num_threads(),
        "device": str(training.accelerator.device),
        "processes": training.accelerator.num_processes,
        "training_rows": len(training.lengths),
        "training_tokens": sum(training.lengths),
        "padding_share": round(padding_share(training.lengths, batches), 4),
    }


def _show(tuned: TunedModel, history: History, score: str, page: Path, run: StepRun) -> None:
    """Hand on what the training came to: numbers and a picture to MLflow, a page to the artifact."""
    reached = {f"kept_{name}": value for name, value in tuned.validation.items()}
    speed = {"training_seconds": tuned.training_seconds, "samples_per_second": tuned.samples_per_second}
    run.metrics({**reached, **speed}, tuned.steps)
    light, dark = (curve_png(history, tuned.steps, score, ink) for ink in (LIGHT, DARK))
    with tempfile.TemporaryDirectory() as temporary:
        picture = Path(temporary) / "training_curve.png"
        picture.write_bytes(light)
        run.file(picture, "plots")
    facts = {
        "base model": tuned.base_source,
        "training": f"{tuned.training_seconds:.0f} s, {tuned.samples_per_second:.0f} samples/s, {tuned.precision}",
        **{f"validation {name.replace('_', ' ')}": f"{value:.4f}" for name, value in tuned.validation.items()},
        "kept": f"the weights after step {tuned.steps}",
    }
    write_text_whole(page, curve_page(light, dark, facts))
