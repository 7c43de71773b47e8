"""The tuned model on disk: what transformers loads, and the contract beside it."""

import shutil
from pathlib import Path

import torch

from components.contracts.folders import sha256_of_files, whole_folder, write_manifest
from components.contracts.made_with import made_with
from components.contracts.model import TunedModel
from components.fine_tuning.disk import as_os_errors
from components.fine_tuning.inputs import Inputs
from components.fine_tuning.precision import Precision
from components.fine_tuning.train import Kept, Training

LIBRARIES = ("accelerate", "tokenizers", "torch", "transformers")
"""Those that compute a tuned model's bytes."""
_TOKENIZER_FILES = ("tokenizer_config.json", "special_tokens_map.json")


def save_tuned_model(folder: Path, inputs: Inputs, training: Training, kept: Kept, precision: Precision) -> TunedModel:
    """Write the model as it is now to `folder`, whole or not at all, and return its manifest.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    with whole_folder(folder) as partial:
        with as_os_errors():
            training.model.save_pretrained(partial)
        (partial / "model.safetensors").chmod(
            0o644
        )  # safetensors keeps it to its owner; later steps may be another user
        (partial / "tokenizer.json").write_text(inputs.tokenizer.to_str(pretty=True), encoding="utf-8")
        for name in _TOKENIZER_FILES:
            if (inputs.base_folder / name).exists():
                shutil.copyfile(inputs.base_folder / name, partial / name)
        tuned = _manifest(partial, inputs, training, kept, precision)
        write_manifest(partial, tuned)
    return tuned


def _manifest(folder: Path, inputs: Inputs, training: Training, kept: Kept, precision: Precision) -> TunedModel:
    place, settings = training.place, training.settings
    return TunedModel(
        task=settings.task,
        labels=inputs.dataset.labels,
        max_tokens=settings.max_tokens,
        pad_id=training.pad_id,
        files=sha256_of_files(folder),
        base_source=inputs.base.source,
        base_revision=inputs.base.revision,
        base_sha256=inputs.base.sha256,
        dataset_sha256=inputs.dataset.content_sha256,
        seed=settings.seed,
        precision=precision,
        steps=kept.step,
        training_seconds=round(place.seconds, 3),
        samples_per_second=round(place.samples / place.step_seconds, 2),
        validation=kept.metrics,
        course=training.history.course(),
        made_with={
            **made_with(*LIBRARIES),
            "device": str(training.accelerator.device),
            "processes": str(training.accelerator.num_processes),
            "threads": str(torch.get_num_threads()),
        },
    )
