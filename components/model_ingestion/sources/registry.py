"""Models that are versions in an MLflow registry: `models:/name/3`, `models:/name@alias`, `models:/name/@alias`."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.exceptions import MlflowException

from components.contracts.faults import BadInput, Fault, Unavailable
from components.contracts.tracking import answering
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.tuned import fetch_tuned, is_registered_here, refuse_without_tuned
from components.model_ingestion.sources.wanted import wanted

_FORM = re.compile(r"models:/(?P<name>[^/@]+)(/(?P<version>\d+)|/?@(?P<alias>[^/@]+))")
_USERS_FAULT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def look_up(settings: ModelIngestionSettings) -> str:
    """Return the version that the source names now: an alias may move."""
    form = _parse(settings.source)
    with _registered(settings.source):
        client = MlflowClient()
        if form["alias"]:
            version = client.get_model_version_by_alias(form["name"], form["alias"])
        else:
            version = client.get_model_version(form["name"], form["version"])
        if is_registered_here(version):
            refuse_without_tuned(client, version, settings.source)
        return str(version.version)


def fetch(settings: ModelIngestionSettings, revision: str, folder: Path) -> list[str]:
    """Download the version, copy the wanted files of the model inside it, and return the names beside them.

    Of a version that Bessemer registered, that is the tuned model which it was made from.
    MLflow's transformers flavour keeps the tokenizer in a folder of its own; it is brought together with the weights.

    Raises:
        BadInput: no such version, no one model inside it, or not the bytes that were registered.
        Unavailable: the registry does not answer.

    """
    name = _parse(settings.source)["name"]
    with _registered(settings.source):
        client = MlflowClient()
        version = client.get_model_version(name, revision)
        if is_registered_here(version):
            return fetch_tuned(client, version, settings.source, folder)
    with tempfile.TemporaryDirectory() as temporary:
        with _registered(settings.source):
            download_artifacts(f"models:/{name}/{revision}", dst_path=temporary)
        model = _find_model(Path(temporary), settings.source)
        parts = [model, *_tokenizer_folders(Path(temporary), model)]
        for part in parts:
            for file in wanted(path.name for path in part.iterdir()):
                if not (folder / file).exists():
                    shutil.copyfile(part / file, folder / file)
        return sorted({path.name for part in parts for path in part.iterdir()})


def _parse(source: str) -> dict[str, str]:
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        way_out = "Set it to the tracking server that holds the registry."
        raise BadInput(Fault(source, "no MLFLOW_TRACKING_URI", "a registry to look into", way_out))
    match = _FORM.fullmatch(source)
    if not match:
        expected = "models:/name/version or models:/name@alias"
        raise BadInput(Fault("model_ingestion.source", source, expected, "Add a version number or an alias."))
    return match.groupdict()


def _find_model(artifacts: Path, source: str) -> Path:
    """Return the one folder that holds a config.json; the shallowest when a model is kept with its parts."""
    folders = sorted({path.parent for path in artifacts.rglob("config.json")}, key=lambda path: (len(path.parts), path))
    shallowest = [folder for folder in folders if len(folder.parts) == len(folders[0].parts)]
    if len(shallowest) == 1:
        return shallowest[0]
    there = ", ".join(folder.relative_to(artifacts).as_posix() for folder in shallowest) or "no config.json at all"
    expected = "one folder in it with config.json and model.safetensors"
    raise BadInput(Fault(source, there, expected, "Register the model alone, with save_pretrained's files."))


def _tokenizer_folders(artifacts: Path, model: Path) -> list[Path]:
    if (model / "tokenizer.json").exists():
        return []
    return sorted(path.parent for path in artifacts.rglob("tokenizer.json"))[:1]


@contextmanager
def _registered(source: str) -> Iterator[None]:
    """Turn the registry's errors into sentences: what is not there, and what does not answer."""
    try:
        with answering():
            yield
    except Unavailable as unavailable:
        cause = unavailable.__cause__
        if isinstance(cause, MlflowException) and cause.error_code in _USERS_FAULT:
            expected = "a registered model with that version or alias"
            raise BadInput(Fault(source, str(cause.message), expected, "Correct the source, or register it.")) from None
        raise
