"""Bring a pretrained model here, checked."""

from pathlib import Path

from components.contracts.faults import refuse_if_any
from components.contracts.folders import sha256_of_files, sha256_of_mapping, whole_folder, write_manifest
from components.contracts.model import BaseModel
from components.contracts.tracking import StepRun
from components.model_ingestion.check import check_model
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.source import source_of


def ingest(revision: str, settings: ModelIngestionSettings, folder: Path, run: StepRun) -> BaseModel:
    """Write the base model contract to `folder`, and return its manifest.

    Args:
        revision: what `resolve` returned; the model is taken as it was then, or not at all.
        settings: where the model lies.
        folder: where the contract goes.
        run: takes the model's identity and size as parameters.

    Raises:
        BadInput: every fault of the model, or its source has changed since `revision`.
        Unavailable: the source does not answer.
        Unwritable: `folder` has no space, or may not be written.

    """
    with whole_folder(folder) as partial:
        names = source_of(settings).fetch(settings, revision, partial)
        checked = check_model(partial, names, settings.source)
        refuse_if_any(checked.faults)
        files = sha256_of_files(partial)
        base = BaseModel(
            source=settings.source,
            revision=revision,
            sha256=sha256_of_mapping(files),
            files=files,
            architecture=checked.architecture,
            parameters=checked.parameters,
            max_positions=checked.max_positions,
        )
        write_manifest(partial, base)
    # names that no input of the task has: KFP logs those to the same run
    identity = {"model_source": base.source, "model_revision": revision, "model_sha256": base.sha256}
    run.params({**identity, "architecture": base.architecture, "parameters": base.parameters})
    return base
