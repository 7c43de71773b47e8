"""A version in the registry, or none: what is broken off is undone, what is killed is recognised and cleared.

MLflow has no transaction over a version and its alias. So a version carries the tag UNFINISHED from its first moment
until the alias has moved to it, and the tag says which process is at work on it.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from components.contracts.alias import move_alias
from components.contracts.faults import Refusal
from components.contracts.process import identity, is_gone
from components.contracts.registration import CANDIDATE, UNFINISHED
from components.registration.challengers import Reason, challenge, withdraw
from components.registration.lineage import PIPELINE_RUN
from components.registration.place import Place

_SECONDS_UNTIL_GIVEN_UP = 900  # between a version's first moment and its alias lie two calls


@dataclass(frozen=True)
class Entry:
    """What a new version holds."""

    model_id: str
    """The logged model."""
    run_id: str
    """The run that logged it."""
    tags: dict[str, str]
    """Its lineage."""
    description: str
    """What people read first."""

    @property
    def source(self) -> str:
        """The logged model's address."""
        return f"models:/{self.model_id}"


@contextmanager
def undone_on_failure() -> Iterator[ExitStack]:
    """Yield a stack of what to undo, last first, when the block is broken off."""
    undo = ExitStack()
    try:
        yield undo
    except BaseException:
        with suppress(
            MlflowException, OSError, Refusal
        ):  # with the server gone, clearing up is left to the next attempt
            undo.close()
        raise


def find_version(place: Place, tags: Mapping[str, str]) -> ModelVersion | None:
    """Return the version that the same pipeline run has already made of the same candidate, if there is one."""
    same = " AND ".join(f"tags.`{key}` = '{tags[key]}'" for key in (CANDIDATE, PIPELINE_RUN))
    return next(iter(place.versions(same)), None)


def clear_leftovers(place: Place) -> None:
    """Clear away what killed attempts left: a version without an alias goes, one that an alias points to stays."""
    taken = set(place.aliases().values())
    for version in place.versions():
        mark = version.tags.get(UNFINISHED)
        if mark is None or _at_work(mark, version.creation_timestamp / 1000):
            continue
        if str(version.version) in taken:
            place.client.delete_model_version_tag(place.name, version.version, UNFINISHED)
        else:
            place.client.delete_model_version(place.name, version.version)
            withdraw(place, int(version.version), "Its registration was killed.")


def make_model(place: Place, description: str, undo: ExitStack) -> None:
    """Make the registered model unless it exists; undone as long as it holds no version."""
    if place.client.search_registered_models(f"name = '{place.name}'"):
        return
    undo.callback(_delete_if_empty, place)  # first, because an interrupt may fall into the call
    try:
        place.client.create_registered_model(place.name, description=description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another registration may be a moment ahead
            raise


def make_version(place: Place, entry: Entry, undo: ExitStack) -> ModelVersion:
    """Make a version, marked as unfinished; undone together with its alias, which goes back to where it was."""
    undo.callback(_delete_version, place, entry, place.aliases().get(place.alias))
    mark = {UNFINISHED: identity(os.getpid())}
    return place.client.create_model_version(
        place.name,
        entry.source,
        run_id=entry.run_id,
        tags={**entry.tags, **mark},
        description=entry.description,
        model_id=entry.model_id,
    )


def finish_version(place: Place, version: ModelVersion, reason: Reason) -> None:
    """Move the alias to `version`, note why, and take its mark off."""
    challenge(place, int(version.version), reason)
    place.client.delete_model_version_tag(place.name, version.version, UNFINISHED)


def _delete_if_empty(place: Place) -> None:
    if not place.versions():
        place.client.delete_registered_model(place.name)


def _delete_version(place: Place, entry: Entry, alias_was_at: str | None) -> None:
    for version in place.versions(f"run_id = '{entry.run_id}'"):
        if version.source == entry.source:
            moved = place.aliases().get(place.alias) == str(version.version)
            place.client.delete_model_version(place.name, version.version)
            if moved and alias_was_at:
                move_alias(place.client, place.name, place.alias, alias_was_at)
            withdraw(place, int(version.version), "Its registration was broken off.")


def _at_work(mark: str, since: float) -> bool:
    """Whether the process that `mark` names may still be at work on what it began at `since`, in seconds."""
    return time.time() - since <= _SECONDS_UNTIL_GIVEN_UP and not is_gone(mark)
