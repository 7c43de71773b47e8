"""Fetch both models from the registry, each found to be the very bytes that were registered."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from mlflow import MlflowClient, artifacts
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.contenders import Contender, Contenders, Role
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of, whole_folder, write_manifest
from components.contracts.logged import fetch_logged
from components.contracts.package import package_files, package_sha256
from components.contracts.reference import TRAINING_TEXTS_SCHEMA, Reference, check_reference
from components.contracts.tracking import answering
from components.promotion.contest import Contest, Entrant
from components.promotion.serving import try_serving

_MODEL = "model"
_WAY_OUT = (
    "Its bytes were changed after it was registered: register another one, or take a champion back by `bessemer "
    "rollback`, and ask who may write there."
)


def fetch(client: MlflowClient, contest: Contest, folder: Path) -> Contenders:
    """Write the contenders contract, and try to serve the packaged challenger.

    Args:
        client: of the registry.
        contest: who meets whom.
        folder: where the contract goes.

    Raises:
        BadInput: a version's files are gone, or are not the bytes that its hashes name, or hold a pickle.
        Unavailable: the server does not answer.
        Unwritable: the contract has no place.

    """
    entrants: dict[Role, Entrant | None] = {"challenger": contest.challenger, "champion": contest.champion}
    with whole_folder(folder) as partial, TemporaryDirectory() as scratch:
        held_out: dict[Role, Path | None] = {}
        for role, entrant in entrants.items():
            if entrant:
                thing = f"version {entrant.version} of {contest.name}"
                model = partial / role / _MODEL
                _download(client, contest.name, entrant.version, thing, model)
                check_package(model, entrant, thing)
                learned = partial / role / Reference.TRAINING_TEXTS
                held_out[role] = _fetch_reference(client, entrant, Path(scratch) / role, learned)
        served = try_serving(partial / "challenger" / _MODEL, held_out["challenger"])
        contenders = Contenders(
            name=contest.name,
            challenger=_contender(contest.challenger),
            champion=_contender(contest.champion) if contest.champion else None,
            ledger_entries=contest.ledger_entries,
            served=served.sentence,
            faults=served.faults,
        )
        write_manifest(partial, contenders)
    return contenders


def _contender(entrant: Entrant) -> Contender:
    return Contender(
        entrant.version, entrant.candidate_sha256, entrant.run_id, entrant.dataset_sha256, entrant.accuracy
    )


def _download(client: MlflowClient, name: str, version: int, thing: str, folder: Path) -> None:
    where, uri = f"models:/{name}/{version}", client.tracking_uri
    with answering():
        try:
            artifacts.download_artifacts(artifact_uri=where, dst_path=str(folder), tracking_uri=uri)
        except (MlflowException, FileNotFoundError) as error:
            if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    if not (folder / "MLmodel").is_file():  # a store that lists files has none to list, and no error
        raise BadInput(Fault(thing, f"no model at {where}", "the files that were registered", "Register it again."))


def check_package(model: Path, entrant: Entrant, thing: str) -> None:
    """Check that the packaged model is what was registered, and take away what was not.

    Args:
        model: its folder.
        entrant: the hashes that the version's tags name.
        thing: the version, in words.

    Raises:
        BadInput: a file of the candidate was changed, or another one of the package was, or one is a pickle.

    """
    candidate = model.parent / Contenders.CANDIDATE
    found = sha256_of(candidate / Candidate.FILE) if (candidate / Candidate.FILE).is_file() else ""
    if found != entrant.candidate_sha256:
        said = f"sha256 {found[:12]}" if found else "no file"
        raise BadInput(Fault(f"{Candidate.FILE} of {thing}", said, f"sha256 {entrant.candidate_sha256[:12]}", _WAY_OUT))
    try:
        read_candidate(candidate)
    except BadInput as refusal:
        named = [replace(fault, thing=f"{Path(fault.thing).name} of {thing}") for fault in refusal.faults]
        raise BadInput(replace(fault, way_out=_WAY_OUT) for fault in named) from None
    files = package_files(model)
    found = package_sha256(model)
    if found != entrant.model_sha256:
        other = ", ".join(name for name in files if not (model / name).is_relative_to(candidate))
        said, expected = f"sha256 {found[:12]} over all files", f"sha256 {entrant.model_sha256[:12]}"
        raise BadInput(Fault(f"{thing}, one of {other}", said, expected, _WAY_OUT))
    _refuse_pickles(model, list(files), thing)
    for path in [path for path in model.rglob("*") if path.is_file()]:
        if path.relative_to(model).as_posix() not in files:
            path.unlink()  # bytecode above all, which would run in the place of what was checked


def _refuse_pickles(model: Path, files: list[str], thing: str) -> None:
    pickles = [name for name in files if name.endswith((".pkl", ".pickle", ".joblib"))]
    flavor = (Model.load(str(model)).flavors or {}).get("python_function", {})
    if "model_code_path" not in flavor or "python_model" in flavor:
        pickles.append("a model that is no code")
    if pickles:
        raise BadInput(Fault(thing, ", ".join(pickles), "a model from code, without pickles", "Register it again."))


def _fetch_reference(client: MlflowClient, entrant: Entrant, scratch: Path, learned: Path) -> Path | None:
    """Write the keys of the texts that it has learned from, and return its answers on held-out rows.

    A version that was registered without a reference has no answers, and has learned nothing that we know of.
    """
    scratch.mkdir()
    reference = fetch_logged(client, entrant.run_id, Reference.FOLDER, scratch)
    if reference is None:
        pq.write_table(pa.table({"key": []}, schema=TRAINING_TEXTS_SCHEMA), learned)
        return None
    check_reference(reference, entrant.candidate_sha256, f"the reference of version {entrant.version}")
    shutil.copy(reference / Reference.TRAINING_TEXTS, learned)
    return reference / Reference.HELD_OUT
