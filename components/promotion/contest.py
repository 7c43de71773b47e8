"""Who meets whom, and on what: found out anew each time, as aliases move."""

import json
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException
from pydantic import TypeAdapter

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.logged import fetch_logged
from components.contracts.package import PACKAGE_TAG
from components.contracts.registration import ASKED, CANDIDATE, UNFINISHED
from components.contracts.tracking import answering
from components.promotion.entries import policy_of
from components.promotion.ledger import CHAMPION, Ledger
from components.promotion.policy import contradictions

CHALLENGER = "challenger"
"""The alias that registration moves to each new version."""
SECTIONS = ("data_ingestion", "evaluation", "gating", "promotion")
"""The rooms that a promotion hands settings to."""
_DATASET = "dataset_sha256"
_REGISTER = "Register a model with `bessemer run`."


@dataclass(frozen=True)
class Entrant:
    """A version, as the registry describes it now."""

    version: int
    candidate_sha256: str
    model_sha256: str
    """`components.contracts.package.package_sha256` of what was registered."""
    dataset_sha256: str
    """Of the data set that it was trained and measured on."""
    run_id: str
    """The MLflow run that registered it."""
    accuracy: float
    """What its own scorecard says."""


@dataclass(frozen=True)
class Contest:
    """Two versions of one registered model, or one where nobody reigns yet."""

    name: str
    challenger: Entrant
    champion: Entrant | None
    ledger_entries: int
    """How many entries the model's ledger has."""

    def to_json(self) -> str:
        """Return it as text, for the parameter of a task."""
        return TypeAdapter(Contest).dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> "Contest":
        """Return what `to_json` has written."""
        return TypeAdapter(Contest).validate_json(text)


def resolve(
    client: MlflowClient, name: str, version: str, settings: Mapping[str, Any], dry_run: bool = False
) -> tuple[Contest, dict[str, dict[str, Any]]]:
    """Return who meets whom, and a section of settings for each room of `SECTIONS`.

    Args:
        client: of the registry.
        name: the registered model's.
        version: the challenger's; empty is the one that the alias `challenger` points to.
        settings: sections, laid over those that the challenger's own run was asked for and those of the model's policy.
        dry_run: whether nothing is decided, so that the settings may differ from the policy.

    Raises:
        BadInput: there is no such model or version; it is not finished, not Bessemer's, or the champion itself; or
            the settings do not say what to measure it on, or are others than the model's policy has.
        Unavailable: the tracking server does not answer.

    """
    refuse_if_any(_faults_of(settings))
    with answering():
        model = _find_model(client, name)
        challenger = _find_challenger(client, model, version)
        champion = str(model.aliases.get(CHAMPION, ""))
        entrant = _entrant(client, challenger)
        reigning = _entrant(client, client.get_model_version(name, champion)) if champion else None
    if reigning:
        _refuse_the_same(name, entrant, reigning)
    entries = Ledger(client, name).look().entries
    policy = policy_of(entries)
    if not dry_run:
        refuse_if_any(contradictions(name, policy, settings))
    laid_over = [policy.values["policy"] if policy else {}, settings]
    sections = _sections(client, entrant, f"version {entrant.version} of {name}", laid_over)
    return Contest(name, entrant, reigning, len(entries)), sections


def _faults_of(settings: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for key, section in settings.items():
        if key not in SECTIONS:
            near = get_close_matches(key, SECTIONS, n=1)
            way_out = f"Did you mean {near[0]}?" if near else f"Sections are {', '.join(SECTIONS)}."
            faults.append(Fault(key, "a section that a promotion does not have", "a known section", way_out))
        elif not isinstance(section, Mapping):
            faults.append(Fault(key, json.dumps(section)[:80], "a mapping of keys to values"))
    return faults


def _find_model(client: MlflowClient, name: str) -> RegisteredModel:
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
    others = ", ".join(sorted(model.name for model in client.search_registered_models()))
    found = f"only {others}" if others else "an empty registry"
    raise BadInput(Fault(f"the model {name}", found, "a registered model", _REGISTER))


def _find_challenger(client: MlflowClient, model: RegisteredModel, version: str) -> ModelVersion:
    versions = {str(found.version): found for found in client.search_model_versions(f"name = '{model.name}'")}
    number = version or str(model.aliases.get(CHALLENGER, ""))
    there_are = f"one of {', '.join(sorted(versions, key=int))}" if versions else "a version"
    if not number:
        way_out = f"Name a version, or set the alias {CHALLENGER} to one."
        raise BadInput(Fault(f"the {CHALLENGER} of {model.name}", f"no alias {CHALLENGER}", there_are, way_out))
    if number not in versions:
        raise BadInput(Fault(f"version {number} of {model.name}", "no such version", there_are, _REGISTER))
    if UNFINISHED in versions[number].tags:
        way_out = "Wait until the run that registers it has ended; the next one clears away what a killed run left."
        thing = f"version {number} of {model.name}"
        raise BadInput(Fault(thing, "a registration that is not finished", "a finished one", way_out))
    return versions[number]


def _entrant(client: MlflowClient, version: ModelVersion) -> Entrant:
    """Return what a version says of itself.

    Raises:
        BadInput: it says too little: Bessemer did not register it.

    """
    accuracy = client.get_run(version.run_id).data.metrics.get("accuracy") if version.run_id else None
    missing = [f"no tag {tag}" for tag in (CANDIDATE, PACKAGE_TAG, _DATASET) if not version.tags.get(tag)]
    if accuracy is None:
        missing.append("no run with an accuracy")
    if accuracy is None or missing:
        thing, expected = f"version {version.version} of {version.name}", "a version that Bessemer registered"
        raise BadInput(Fault(thing, ", ".join(missing), expected, _REGISTER))
    return Entrant(
        version=int(version.version),
        candidate_sha256=version.tags[CANDIDATE],
        model_sha256=version.tags[PACKAGE_TAG],
        dataset_sha256=version.tags[_DATASET],
        run_id=version.run_id or "",
        accuracy=accuracy,
    )


def _refuse_the_same(name: str, challenger: Entrant, champion: Entrant) -> None:
    thing, way_out = f"version {challenger.version} of {name}", "There is nothing to decide."
    if challenger.version == champion.version:
        raise BadInput(Fault(thing, "the champion itself", "a challenger", way_out))
    if challenger.candidate_sha256 == champion.candidate_sha256:
        found = f"the same model as version {champion.version}, the champion"
        raise BadInput(Fault(thing, found, "another model", way_out))


def _sections(
    client: MlflowClient, challenger: Entrant, thing: str, laid_over: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return what the challenger's run was asked for, with others laid over it one after the other, key by key."""
    layers = [_asked(client, challenger, thing), *laid_over]
    sections = {room: dict(ChainMap(*(layer.get(room, {}) for layer in reversed(layers)))) for room in SECTIONS}
    if not sections["data_ingestion"]:
        found, expected = f"no {ASKED} in the run that registered it", "what says which rows to compare on"
        way_out = 'Name them: {"data_ingestion": {"source": …}}.'
        raise BadInput(Fault(thing, found, expected, way_out))
    return sections


def _asked(client: MlflowClient, challenger: Entrant, thing: str) -> dict[str, dict[str, Any]]:
    """Return the sections in the run's `asked.json`; none where it has no such file."""
    with TemporaryDirectory() as folder:
        path = fetch_logged(client, challenger.run_id, ASKED, Path(folder))
        if path is None:
            return {}
        try:
            asked = json.loads(path.read_bytes())
            return {room: dict(asked.get(room) or {}) for room in SECTIONS}
        except (ValueError, AttributeError, TypeError):
            found, expected = "no sections of settings", "a section a room"
            raise BadInput(Fault(f"{ASKED} of {thing}", found, expected, "Register the model again.")) from None
