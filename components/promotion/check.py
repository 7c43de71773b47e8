"""Whether a version may reign again: it is still the one that was registered, and it still answers."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from mlflow import artifacts
from mlflow.exceptions import MlflowException

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.package import CANDIDATE_FOLDER, PACKAGE_TAG, package_sha256
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import answering
from components.promotion.ledger import Ledger

_WAY_OUT = "Its bytes were changed after it was registered: name another version."
_TEXTS = ["A short text.", "Another one, which is somewhat longer than the first."]


def check_version(ledger: Ledger, number: int, recorded: str = "") -> str:
    """Return the SHA-256 of the version's candidate, once its files are those bytes and give an answer.

    Args:
        ledger: of the registered model.
        number: the version's.
        recorded: the SHA-256 that the ledger has of it; empty where it has none.

    Raises:
        BadInput: the version is gone, was changed, or does not load.
        Unavailable: the server does not answer.

    """
    thing = f"version {number} of {ledger.name}"
    version = ledger.version(number)
    if version is None:
        raise BadInput(Fault(thing, "no such version", "a version that is still in the registry", "Name another one."))
    tagged = version.tags.get(CANDIDATE, "")
    if not tagged or (recorded and tagged != recorded):
        expected = f"{recorded[:12]}, as the ledger has it" if recorded else "a version that Bessemer registered"
        raise BadInput(Fault(f"the tag {CANDIDATE} of {thing}", tagged[:12] or "nothing", expected))
    with TemporaryDirectory(prefix="bessemer-") as scratch:
        model = _fetch(ledger, number, thing, scratch)
        _check_candidate(thing, model / CANDIDATE_FOLDER, tagged)
        _check_package(thing, model, version.tags.get(PACKAGE_TAG, ""))
    return tagged


def _fetch(ledger: Ledger, number: int, thing: str, scratch: str) -> Path:
    """Return the folder of the packaged model: in place where the registry's files lie on this machine."""
    client = ledger.client
    with answering():
        where = client.get_model_version_download_uri(ledger.name, str(number))
        try:
            local = where.startswith(("/", "file:"))
            uri = client.tracking_uri
            return Path(artifacts.download_artifacts(where, dst_path=None if local else scratch, tracking_uri=uri))
        except (MlflowException, FileNotFoundError) as error:
            if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    raise BadInput(Fault(thing, f"nothing at {where}", "the files that were registered", "Name another version."))


def _check_candidate(thing: str, folder: Path, expected: str) -> None:
    try:
        found = sha256_of(folder / Candidate.FILE)
    except OSError:
        raise BadInput(Fault(thing, f"no {Candidate.FILE}", "the files that were registered", _WAY_OUT)) from None
    if found != expected:
        raise BadInput(Fault(thing, f"sha256 {found[:12]}", f"sha256 {expected[:12]}", _WAY_OUT))
    try:
        labels = read_candidate(folder).labels
    except BadInput as refusal:  # which names a folder that is gone by the time somebody reads it
        faults = [replace(fault, thing=f"{Path(fault.thing).name} of {thing}") for fault in refusal.faults]
        raise BadInput(replace(fault, way_out=_WAY_OUT) for fault in faults) from None
    try:
        answers = OnnxTextClassifier(folder, threads=1).probabilities(_TEXTS)
    except Exception as error:  # onnxruntime and tokenizers have errors of their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadInput(Fault(thing, f"a model that does not load ({reason})", "one that answers", _WAY_OUT)) from error
    if answers.shape != (len(_TEXTS), len(labels)) or not np.isfinite(answers).all():
        raise BadInput(Fault(thing, "answers that are no probabilities", f"{len(labels)} for each text", _WAY_OUT))


def _check_package(thing: str, model: Path, expected: str) -> None:
    """Check what is packaged beside the candidate too: the code that serves it, above all."""
    found = package_sha256(model)
    if found != expected:
        said = f"sha256 {found[:12]} over all files"
        raise BadInput(Fault(thing, said, f"sha256 {expected[:12]}" if expected else f"a tag {PACKAGE_TAG}", _WAY_OUT))
