"""What a version has learned already through the version that was trained further."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from components.contracts.logged import fetch_logged
from components.contracts.reference import Reference, check_reference
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import answering
from components.registration.lineage import UNKNOWN_TEXTS


@dataclass(frozen=True)
class Inherited:
    """The training texts of all versions before."""

    keys: bytes = b""
    """`text_key` of each, one after the other."""
    unknown: str = ""
    """The version whose texts nobody knows, as `models:/sentiment/1`; empty where all are known."""


def inherited(client: MlflowClient, parent: str) -> Inherited:
    """Return what is known of the texts that a version and those before it have learned from.

    Args:
        client: of the registry.
        parent: the version, as `models:/sentiment/1`; empty where none was trained further.

    Raises:
        BadInput: its reference was changed.
        Unavailable: the server does not answer.

    """
    if not parent:
        return Inherited()
    with answering(), TemporaryDirectory() as folder:
        version = _find(client, parent)
        if version is None or not version.run_id:
            return Inherited(unknown=parent)
        reference = fetch_logged(client, version.run_id, Reference.FOLDER, Path(folder))
        if reference is None:
            return Inherited(unknown=parent)
        check_reference(reference, version.tags.get(CANDIDATE, ""), f"the reference of {parent}")
        keys = pq.read_table(reference / Reference.TRAINING_TEXTS)["key"].to_pylist()
        return Inherited(b"".join(keys), version.tags.get(UNKNOWN_TEXTS, ""))


def _find(client: MlflowClient, parent: str) -> ModelVersion | None:
    _, name, number = parent.split("/")
    try:
        return client.get_model_version(name, number)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
