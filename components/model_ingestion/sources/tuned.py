"""What can be trained further of a version that Bessemer registered.

The version itself is a compressed candidate, which learns nothing any more. The tuned model that it was made from lies
beside it, among the artifacts of the run that registered it.
"""

import shutil
import tempfile
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from components.contracts.faults import BadInput, Fault
from components.contracts.model import TunedModel, read_model
from components.contracts.registration import TUNED_SHA256
from components.model_ingestion.sources.wanted import wanted

_WEIGHTS = "model.safetensors"


def is_registered_here(version: ModelVersion) -> bool:
    """Return whether Bessemer registered the version."""
    return TUNED_SHA256 in version.tags


def refuse_without_tuned(client: MlflowClient, version: ModelVersion, source: str) -> None:
    """See that the tuned model is there, without downloading it.

    Raises:
        BadInput: it is not.

    """
    if not client.list_artifacts(_run_of(version), TunedModel.FOLDER):
        found = f"no {TunedModel.FOLDER}/ among the artifacts of its run {version.run_id}"
        way_out = "Name another version, or build this one anew; deleted artifacts come back from a backup alone."
        raise BadInput(Fault(source, found, "the tuned model that the version was made from", way_out))


def fetch_tuned(client: MlflowClient, version: ModelVersion, source: str, folder: Path) -> list[str]:
    """Copy the tuned model's files into `folder` once they are the promised bytes, and return their names.

    Raises:
        BadInput: it is not there, a file of it was changed, or it is not the one that the version was made from.

    """
    refuse_without_tuned(client, version, source)
    with tempfile.TemporaryDirectory() as temporary:
        there = Path(client.download_artifacts(_run_of(version), TunedModel.FOLDER, temporary))
        tuned = read_model(there, TunedModel)
        promised, found = version.tags[TUNED_SHA256], tuned.files.get(_WEIGHTS, "")
        if found != promised:
            way_out = "Somebody put another model there: restore the artifacts of that run from a backup."
            thing = f"{_WEIGHTS} of {source}"
            raise BadInput(Fault(thing, f"sha256 {found[:12]}", f"sha256 {promised[:12]}, as its tag says", way_out))
        for name in wanted(tuned.files):
            shutil.copyfile(there / name, folder / name)
    return sorted(tuned.files)


def _run_of(version: ModelVersion) -> str:
    """Return the run that registered the version."""
    return version.run_id or ""
