"""Ask a registered model: `bessemer predict NAME "text" …`."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from components.contracts.faults import BadInput, Fault
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import answering, connect
from pipelines.home import tracking_uri
from pipelines.registered import find_version, refuse_missing_database

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

_PREFIX = "probability_"
_WAY_OUT = "Register one with `bessemer run`, or name another version."


@dataclass(frozen=True)
class Prediction:
    """What a model says of one text."""

    text: str
    label: str
    probabilities: dict[str, float]
    """Of every label."""
    version: int

    def __str__(self) -> str:
        return f"{self.label}  {self.probabilities[self.label]:.3f}  {self.text}"


def predict(name: str, texts: Sequence[str], version: str = "") -> list[Prediction]:
    """Return one prediction a text, in their order, from the registered model `name`.

    Args:
        name: the registered model's name.
        texts: what to classify.
        version: the version's number; without one the champion answers, else the challenger, else the newest.

    Raises:
        BadInput: there is no such model or version, and the message says which there are; or its files are gone,
            broken, or not Bessemer's.
        Unavailable: the tracking server does not answer.

    """
    uri = tracking_uri()
    refuse_missing_database(uri, name)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    with answering():
        client = connect(uri)
        chosen = find_version(client, name, version)
        folder = _fetch(client, chosen, uri)
    answers = _answers(_named(chosen), folder, texts)
    return [
        Prediction(
            text,
            answer["label"],
            {key.removeprefix(_PREFIX): value for key, value in answer.items() if key.startswith(_PREFIX)},
            int(chosen.version),
        )
        for text, answer in zip(texts, answers, strict=True)
    ]


def _named(version: "ModelVersion") -> str:
    return f"version {version.version} of {version.name}"


def _fetch(client: "MlflowClient", version: "ModelVersion", uri: str) -> str:
    """Return a folder of this machine with the version's files."""
    from mlflow import artifacts
    from mlflow.exceptions import MlflowException

    where = client.get_model_version_download_uri(version.name, version.version)
    try:
        return artifacts.download_artifacts(artifact_uri=where, tracking_uri=uri)
    except (MlflowException, FileNotFoundError) as error:
        if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    raise BadInput(Fault(_named(version), f"nothing at {where}", "the files that were registered", _WAY_OUT))


def _answers(thing: str, folder: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the model in `folder` says of each text; one that Bessemer did not register is not even loaded."""
    import pandas as pd  # type: ignore[import-untyped]
    from mlflow import pyfunc
    from mlflow.models import Model

    try:
        ours = CANDIDATE in (Model.load(folder).metadata or {})
        if ours:
            table = pd.DataFrame({"text": list(texts)}, dtype=object)
            rows = pyfunc.load_model(folder, suppress_warnings=True).predict(table).to_dict("records")
            return cast(list[dict[str, Any]], rows)
    except Exception as error:  # a model brings its own code, which may raise anything
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        found = f"files that give no answer ({reason})"
        raise BadInput(Fault(thing, found, "the files that were registered", _WAY_OUT)) from error
    raise BadInput(Fault(thing, "a model that Bessemer did not make", "a text classifier of Bessemer's", _WAY_OUT))
