"""Makes one candidate of a tuned model: finds the recipe, runs it, and writes the contract around what it made."""

import importlib
from collections.abc import Callable
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from components.compression.config import RECIPES, CompressionSettings
from components.compression.job import Job, Made
from components.compression.scratch import scratch
from components.compression.tuned import WEIGHTS, read_tuned, write_tokenizer
from components.contracts.candidate import Candidate
from components.contracts.events import tell
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of_files, whole_folder, write_manifest
from components.contracts.made_with import made_with
from components.contracts.tracking import StepRun

LIBRARIES = ("onnx", "onnxruntime", "onnxscript", "tokenizers", "torch", "transformers")
"""Those that write a candidate's bytes."""


def compress(
    tuned: Path, dataset: Path, recipe: str, settings: CompressionSettings, folder: Path, run: StepRun
) -> Candidate:
    """Write the candidate that `recipe` makes of a tuned model, and return its manifest.

    Equal inputs give equal bytes.

    Args:
        tuned: the folder of the tuned model.
        dataset: the folder of the data set; its validation split calibrates and checks the candidate.
        recipe: a name in `RECIPES`.
        settings: the bounds.
        folder: where the candidate goes; what stood there is replaced.
        run: the step's run in MLflow.

    Raises:
        BadInput: there is no such recipe; the tuned model or the data set is not whole or does not fit; the exported
            model does not answer as torch does.
        Unwritable: `folder` has no space, or may not be written.

    """
    make = _recipe(recipe)
    manifest = read_tuned(tuned)
    run.params(asdict(settings))
    run.tags({"recipe": recipe})  # no parameter: KFP logs the task's inputs to the same run, and this is one
    with whole_folder(folder) as partial:
        with scratch(partial):
            made = make(Job(tuned, manifest, dataset, settings, partial))
        if made.runtime == "onnxruntime":
            write_tokenizer(tuned, partial)
        candidate = Candidate(
            recipe=recipe,
            task=manifest.task,
            labels=manifest.labels,
            max_tokens=manifest.max_tokens,
            pad_id=manifest.pad_id,
            files=sha256_of_files(partial),
            tuned_sha256=manifest.files[WEIGHTS],
            made_with=made_with(*LIBRARIES),
            **vars(made),
        )
        write_manifest(partial, candidate)
    if candidate.attempts:
        sentence = f"it is {candidate.applied} now, after {'; '.join(candidate.attempts)}"
        tell("warned", room="compression", detail=recipe, sentences=[sentence])
    run.metrics({f"compression/{name}": value for name, value in metrics_of(candidate, folder).items()})
    run.file(folder / Candidate.FILE)
    return candidate


def _recipe(name: str) -> Callable[[Job], Made]:
    if name not in RECIPES:
        near = get_close_matches(name, RECIPES, n=1)
        way_out = f"Did you mean {near[0]}?" if near else ""
        raise BadInput(Fault(f"the recipe {name!r}", "no such recipe", f"one of {', '.join(RECIPES)}", way_out))
    return cast(Callable[[Job], Made], importlib.import_module(RECIPES[name]).make)


def metrics_of(candidate: Candidate, folder: Path) -> dict[str, float]:
    """Return the size of its own files in MiB, the points of accuracy that it lost, and how far its logits are."""
    size = sum((folder / name).stat().st_size for name in candidate.files)
    metrics = {"size_mib": size / 2**20, "calibration_drop": candidate.calibration_drop}
    if candidate.parity:
        metrics["max_logit_difference"] = candidate.parity.max_difference
    return metrics
