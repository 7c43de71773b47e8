"""The journal of the alias that registration leads: each version that it moved to, and why.

It lies beside the ledger of the champions, not in it: a build that ends while a gate judges must not overtake the gate.
As there, the entry is written first, and of two that move the alias at once the later entry has the last word.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from mlflow.exceptions import MlflowException

from components.contracts.alias import move_alias
from components.contracts.journal import Entry, Journal, Overtaken
from components.contracts.who import who
from components.registration.place import Place


@dataclass(frozen=True)
class Reason:
    """What a challenger stands on, as its entry says it beside the `alias`, `from`, `to`, `who` and `run`."""

    why: str
    candidate: str
    """The SHA-256 of what was registered."""
    evidence: str
    """The SHA-256 of the choice."""
    tracked: str
    """The MLflow run that holds both."""


def challenge(place: Place, version: int, reason: Reason) -> None:
    """Note that the alias moves to a version, unless that is noted, and move it.

    Raises:
        BadInput: the journal is broken.
        MlflowException: the server refuses the move.
        Unavailable: the server does not answer.

    """
    journal = _journal(place)
    while not _is_noted(version, reason, entries := journal.entries()):
        _note(place, entries, {"from": place.at(), "to": version, **asdict(reason)})
    _move(place, version)
    while (newest := _last(place, journal.entries())) not in (version, None):
        with suppress(MlflowException):  # it may be taken back just now, which is noted then
            _move(place, newest)
        version = newest


def withdraw(place: Place, version: int, why: str) -> None:
    """Note where the alias is once a version is taken back, if it was noted to move there.

    Raises:
        BadInput: the journal is broken.
        Unavailable: the server does not answer.

    """
    journal = _journal(place)
    while _last(place, entries := journal.entries()) == version != (now := place.at()):
        _note(place, entries, {"from": version, "to": now, "why": why})


def _journal(place: Place) -> Journal:
    return Journal(place.client, "challengers", place.name)


def _is_noted(version: int, reason: Reason, entries: Sequence[Entry]) -> bool:
    """Whether an earlier attempt wrote the entry; a version's number may have been another one's before."""
    return any((each.values["to"], each.values.get("tracked")) == (version, reason.tracked) for each in entries)


def _last(place: Place, entries: Sequence[Entry]) -> int | None:
    """Return the version that the alias was last noted to move to."""
    moves = [entry.values["to"] for entry in entries if entry.values["alias"] == place.alias]
    return moves[-1] if moves else None


def _note(place: Place, entries: Sequence[Entry], values: dict[str, Any]) -> None:
    with suppress(Overtaken):
        _journal(place).append({"alias": place.alias, **values, **who()}, after=len(entries))


def _move(place: Place, version: int) -> None:
    move_alias(place.client, place.name, place.alias, str(version))
