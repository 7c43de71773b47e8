"""A version in the registry: which one is meant, its measured candidate, and the reference that it left behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of
from components.contracts.package import CANDIDATE_FOLDER
from components.contracts.reference import HELD_OUT_SCHEMA, Reference, check_reference
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import answering
from components.drift_monitoring.subject import Subject

if TYPE_CHECKING:
    from mlflow import MlflowClient

PREFERENCE = ("champion", "challenger")
"""Which alias is meant when no version is named."""
_WAY_OUT = "Name another version, or register one with `bessemer run`."
_CHANGED = "Its bytes were changed after it was registered: name another version."


@dataclass(frozen=True)
class Version:
    """A version that Bessemer registered."""

    number: int
    run_id: str
    candidate_sha256: str


def find_version(client: "MlflowClient", name: str, version: str) -> Version:
    """Return the version that is meant.

    Args:
        client: of the registry.
        name: the registered model's.
        version: its number; without one the champion is meant, else the challenger.

    Raises:
        BadInput: there is no such model or version, or it is none of Bessemer's.
        Unavailable: the registry does not answer.

    """
    from mlflow.exceptions import MlflowException

    with answering():
        try:
            model = client.get_registered_model(name)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            raise BadInput(Fault(f"the model {name}", "no such model", "a registered model", _WAY_OUT)) from None
        versions = {str(each.version): each for each in client.search_model_versions(f"name = '{model.name}'")}
    wanted = version or next((str(model.aliases[alias]) for alias in PREFERENCE if alias in model.aliases), "")
    if wanted not in versions:
        found = "no such version" if wanted else "neither a champion nor a challenger"
        there = f"one of {', '.join(sorted(versions, key=int))}" if versions else "a version"
        raise BadInput(Fault(f"version {wanted} of {name}" if wanted else name, found, there, _WAY_OUT))
    chosen = versions[wanted]
    if CANDIDATE not in chosen.tags or not chosen.run_id:
        raise BadInput(Fault(f"version {wanted} of {name}", "one that Bessemer did not register", "one that it did"))
    return Version(int(chosen.version), chosen.run_id, chosen.tags[CANDIDATE])


def fetch_candidate(client: "MlflowClient", subject: Subject, scratch: Path) -> Path:
    """Return the folder of the version's candidate, once it is the one that was registered.

    Raises:
        BadInput: it is gone, or was changed.
        Unavailable: the registry does not answer.

    """
    thing = f"version {subject.version} of {subject.name}"
    with answering():
        where = client.get_model_version_download_uri(subject.name, str(subject.version))
    folder = _download(client, f"{where}/{CANDIDATE_FOLDER}", scratch, thing)
    manifest = folder / Candidate.FILE
    found = sha256_of(manifest) if manifest.is_file() else "nothing"
    if found != subject.candidate_sha256:
        expected = f"{Candidate.FILE} with sha256 {subject.candidate_sha256[:12]}"
        raise BadInput(Fault(thing, found[:12], expected, _CHANGED))
    read_candidate(folder)
    return folder


def fetch_reference(client: "MlflowClient", subject: Subject, scratch: Path) -> pa.Table:
    """Return the held-out rows of the version's reference, as `HELD_OUT_SCHEMA`.

    Raises:
        BadInput: there is no reference, it was changed, or it is of another model.
        Unavailable: the registry does not answer.

    """
    thing = f"the reference of version {subject.version} of {subject.name}"
    with answering():
        where = f"{client.get_run(subject.run_id).info.artifact_uri}/{Reference.FOLDER}"
    folder = _download(client, where, scratch, thing)
    check_reference(folder, subject.candidate_sha256, thing)
    rows = pq.read_table(folder / Reference.HELD_OUT)
    if not rows.schema.equals(HELD_OUT_SCHEMA):
        raise BadInput(Fault(thing, f"the columns {', '.join(rows.column_names)}", ", ".join(HELD_OUT_SCHEMA.names)))
    return rows


def _download(client: "MlflowClient", where: str, scratch: Path, thing: str) -> Path:
    from mlflow import artifacts
    from mlflow.exceptions import MlflowException

    with answering():
        try:
            found = artifacts.download_artifacts(where, dst_path=str(scratch), tracking_uri=client.tracking_uri)
            if any(Path(found).iterdir()):
                return Path(found)
        except (MlflowException, FileNotFoundError) as error:
            if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    raise BadInput(Fault(thing, f"nothing at {where}", "what registration wrote", _WAY_OUT))
