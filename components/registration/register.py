"""Register the chosen candidate: one version with its evidence, or nothing at all."""

import logging
import os
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from components.contracts.address import without_password
from components.contracts.choice import Choice
from components.contracts.events import tell
from components.contracts.folders import sha256_of, whole_folder, write_manifest, write_text_whole
from components.contracts.package import PACKAGE_TAG
from components.contracts.registration import CARD, UNFINISHED, Registration
from components.contracts.tracking import StepRun, answering, no_server
from components.registration.card import model_card
from components.registration.challengers import Reason
from components.registration.config import RegistrationSettings
from components.registration.evidence import Evidence, Inputs, read_evidence
from components.registration.inherited import inherited
from components.registration.lineage import PARENT, UNKNOWN_TEXTS, describe, headlines, lineage, measurements
from components.registration.package import check_stored, log_model
from components.registration.place import Place
from components.registration.record import record, record_card
from components.registration.reference import record_reference
from components.registration.registry import (
    Entry,
    clear_leftovers,
    find_version,
    finish_version,
    make_model,
    make_version,
    undone_on_failure,
)
from components.registration.spent import seconds_spent


def register(inputs: Inputs, settings: RegistrationSettings, output: Path, card: Path, run: StepRun) -> Registration:
    """Add the chosen candidate to the registry, move the alias to it, and write where it stands to `output`.

    A second call for the same candidate in the same pipeline run finds the version of the first. Whatever breaks a call
    off leaves the registry as it was.

    Args:
        inputs: the folders of the contracts.
        settings: name and alias.
        output: becomes the folder of the registration contract.
        card: where the model card goes once more, as a file of its own.
        run: the step's MLflow run, which the model will belong to.

    Raises:
        BadInput: nothing was chosen, the inputs do not belong together, or no tracking server is named.
        Unavailable: the tracking server does not answer.
        Unwritable: `output` cannot be written.

    """
    tell("choice", path=str(inputs.choice))  # whoever watches can show it also when nothing is registered
    evidence = read_evidence(inputs)
    place = Place(_client(run), settings.name, settings.alias)
    _quiet_mlflow()
    tags = {**lineage(evidence, run), **headlines(evidence)}
    with undone_on_failure() as undo, whole_folder(output) as folder:
        with answering():
            version = find_version(place, tags)
        if version is None:
            before = inherited(place.client, tags.get(PARENT, ""))
            if before.unknown:
                tags[UNKNOWN_TEXTS] = before.unknown
            record_reference(evidence, inputs.dataset, run, before.keys)
            record(evidence, inputs, run)
            with answering():
                clear_leftovers(place)
                model_id = log_model(place.client, evidence, run, settings.license, undo)
                tags[PACKAGE_TAG] = check_stored(model_id, evidence)
                make_model(place, settings.description, undo)
                version = make_version(place, Entry(model_id, run.run_id, tags, describe(evidence)), undo)
        registration = _registration(place, version, evidence)
        write_manifest(folder, registration)
        text = model_card(evidence, settings, registration, seconds_spent(run))
        write_text_whole(folder / CARD, text)
        write_text_whole(card, text)
        record_card(folder / CARD, run)
        if UNFINISHED in version.tags:
            with answering():
                finish_version(place, version, _reason(evidence, inputs.choice, version))
    return registration


def _reason(evidence: Evidence, choice: Path, version: ModelVersion) -> Reason:
    return Reason(evidence.choice.why, evidence.candidate_sha256, sha256_of(choice / Choice.FILE), version.run_id or "")


def _client(run: StepRun) -> MlflowClient:
    if run.client is None:
        raise no_server()
    return run.client


def _quiet_mlflow() -> None:
    """MLflow announces each model, comments on its own defaults and copies the uv project that it is started in."""
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")


def _registration(place: Place, version: ModelVersion, evidence: Evidence) -> Registration:
    tags = {key: value for key, value in version.tags.items() if key != UNFINISHED}
    return Registration(
        name=place.name,
        version=int(version.version),
        alias=place.alias,
        model_uri=f"models:/{place.name}/{version.version}",
        run_id=version.run_id or "",
        tracking_uri=without_password(place.client.tracking_uri),
        recipe=tags["recipe"],
        tags=tags,
        measured=measurements(evidence),
    )
