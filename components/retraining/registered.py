"""What the registry says of a model: its newest version, its champion, and whether drift was found."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from pydantic import TypeAdapter, ValidationError

from components.contracts.faults import BadInput, Fault
from components.contracts.promotion import GATE
from components.contracts.registration import CANDIDATE, UNFINISHED
from components.contracts.tracking import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

CHAMPION = "champion"
DRIFT = "bessemer.drift"
"""The registered model's tag in which monitoring leaves what it found last."""


@dataclass(frozen=True)
class Version:
    """A version that is registered."""

    number: str
    made: float
    """Seconds since the epoch."""
    data_md5: str
    """Of the raw data that it was trained on."""
    pipeline_run: str
    """The run that built it, of Kubeflow Pipelines or of `bessemer` on one machine."""
    judged: bool
    """Whether the gate has judged it, or it is the very model that reigns."""


@dataclass(frozen=True)
class Drift:
    """What monitoring found last."""

    alarm: bool
    time: float
    """Seconds since the epoch."""
    why: str = ""
    version: int = 0
    """The version that the texts were compared with; 0 when it is not known."""


@dataclass(frozen=True)
class Registered:
    """A registered model, or what is known where there is none yet."""

    name: str
    newest: Version | None = None
    champion: str = ""
    """The champion's version number; empty as long as nobody reigns."""
    drift: Drift | None = None


def look_up(client: "MlflowClient", name: str) -> Registered:
    """Return what the registry says of a model.

    Raises:
        BadInput: what monitoring left cannot be read.
        Unavailable: the server does not answer.

    """
    with answering():
        model = _model(client, name)
        if model is None:
            return Registered(name)
        versions = _versions(client, model)
    return Registered(
        name,
        max(versions, key=lambda each: int(each.number), default=None),
        str(model.aliases.get(CHAMPION, "")),
        _drift(name, model.tags[DRIFT]) if DRIFT in model.tags else None,
    )


def waits_for_the_gate(client: "MlflowClient", name: str, number: str) -> bool:
    """Return whether there is this version, and nothing has judged it yet.

    Raises:
        Unavailable: the server does not answer.

    """
    with answering():
        model = _model(client, name)
        versions = _versions(client, model) if model else []
    return any(each.number == number and not each.judged for each in versions)


def _versions(client: "MlflowClient", model: "RegisteredModel") -> list[Version]:
    found = [each for each in client.search_model_versions(f"name = '{model.name}'") if UNFINISHED not in each.tags]
    champion = str(model.aliases.get(CHAMPION, ""))  # a search leaves out the aliases
    reigning = [each.tags.get(CANDIDATE) for each in found if str(each.version) == champion]
    return [_version(each, GATE in each.tags or each.tags.get(CANDIDATE) in reigning) for each in found]


def _version(version: "ModelVersion", judged: bool) -> Version:
    tags = version.tags
    return Version(
        number=str(version.version),
        made=version.creation_timestamp / 1000,
        data_md5=tags.get("data_md5", ""),
        pipeline_run=tags.get("pipeline_run", ""),
        judged=judged,
    )


def _model(client: "MlflowClient", name: str) -> "RegisteredModel | None":
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def _drift(name: str, text: str) -> Drift:
    try:
        return TypeAdapter(Drift).validate_python(json.loads(text))
    except (ValueError, ValidationError):
        way_out = "Let monitoring run again, or delete the tag."
        thing = f"the tag {DRIFT} of the registered model {name}"
        raise BadInput(Fault(thing, repr(text[:80]), 'such as {"alarm": true, "time": 1790000000}', way_out)) from None
