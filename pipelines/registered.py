"""Finds a version of a registered model by what a user calls it."""

from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.faults import BadInput, Fault

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

PREFERENCE = ("champion", "challenger")
"""Which alias counts when no version is named; the newest version where neither is set."""


def refuse_missing_database(uri: str, name: str) -> None:
    """Refuse before MLflow, which would set up an empty database where there is none.

    Raises:
        BadInput: `uri` names a file of SQLite that does not exist.

    """
    path = uri.removeprefix("sqlite:///")
    if path != uri and not Path(path).exists():
        raise BadInput(_no_such_model(name, f"no registry at {path}"))


def find_version(client: "MlflowClient", name: str, wanted: str = "") -> "ModelVersion":
    """Return a version with its aliases.

    Args:
        client: of the registry.
        name: the registered model's.
        wanted: a number, or `@` and an alias; without one the champion, else the challenger, else the newest.

    Raises:
        BadInput: there is no such model, version or alias, and the message says which there are.

    """
    model = _find_model(client, name)
    versions = {str(found.version) for found in client.search_model_versions(f"name = '{model.name}'")}
    if not versions:
        raise BadInput(_no_such_model(model.name, "one without any version"))
    aliases = {alias: str(version) for alias, version in model.aliases.items()}
    if wanted.startswith("@"):
        chosen = aliases.get(wanted[1:])
        if chosen is None:
            there_are = ", ".join(sorted(aliases)) or "none"
            raise BadInput(Fault(f"the alias {wanted[1:]} of {name}", "no such alias", f"one of {there_are}"))
    else:
        pointed_to = [aliases[alias] for alias in PREFERENCE if alias in aliases]
        chosen = wanted or next(iter([*pointed_to, max(versions, key=int)]))
    if chosen not in versions:
        there_are = ", ".join(sorted(versions, key=int))
        raise BadInput(Fault(f"version {chosen} of {name}", "no such version", f"one of {there_are}"))
    return client.get_model_version(name, chosen)  # a search leaves out the aliases


def split_name(spoken: str) -> tuple[str, str]:
    """Return the name and what `find_version` wants, of NAME, NAME/VERSION, NAME@ALIAS or `models:/` and these."""
    name = spoken.removeprefix("models:/")
    if "@" in name:
        name, _, alias = name.partition("@")
        return name.removesuffix("/"), f"@{alias}"
    name, _, version = name.partition("/")
    return name, version


def _find_model(client: "MlflowClient", name: str) -> "RegisteredModel":
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
    others = ", ".join(model.name for model in client.search_registered_models(order_by=["name"]))
    raise BadInput(_no_such_model(name, f"only {others}" if others else "an empty registry"))


def _no_such_model(name: str, found: str) -> Fault:
    return Fault(f"the model {name}", found, "a registered model", "Make one with `bessemer run`.")
