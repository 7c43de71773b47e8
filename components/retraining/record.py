"""The record of a model's retrainings, read from its journal.

An entry says `what` it is: `begun`, and then, with the number of that entry in `of`, `built` and `ended`; or `reset`.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from components.contracts.journal import Entry, Journal, Overtaken
from components.contracts.who import who

if TYPE_CHECKING:
    from mlflow import MlflowClient

How = Literal["succeeded", "nothing new", "failed", "interrupted", "died"]
"""How a retraining ended: `nothing new` is one that built what was judged before, `died` one that left no word."""
_LOOKS = 5
"""How often somebody looks who is overtaken each time."""

T = TypeVar("T")


@dataclass(frozen=True)
class End:
    """How one retraining ended."""

    time: float
    """Seconds since the epoch."""
    how: How
    seconds: float
    """How long it took."""
    why: str
    """What it failed of, in sentences; empty for one that did not."""


@dataclass(frozen=True)
class Attempt:
    """One retraining: the lock on its model for as long as it has not ended."""

    number: int
    """Of the journal's entry with which it began."""
    time: float
    """When it began, in seconds since the epoch."""
    run: str
    """Of Kubeflow Pipelines, or of `bessemer` on one machine."""
    process: str
    """The process that runs it, as host:pid:start; empty where it runs as pods."""
    mlflow_run: str
    """Of the whole pipeline."""
    experiment: str
    """The MLflow experiment's id."""
    lease_minutes: float
    """How long it may give no sign of life."""
    reason: str
    data_md5: str
    """Of the data that it began with."""
    version: str | None = None
    """The version that it took to the gate; empty where that had judged it before, None before it has built any."""
    end: End | None = None

    @property
    def built(self) -> bool:
        """Whether it has done what it began for."""
        return self.end is not None and self.end.how in ("succeeded", "nothing new")


@dataclass(frozen=True)
class Record:
    """All retrainings of one model."""

    entries: int = 0
    """How many entries were read: what the next one is written behind."""
    attempts: list[Attempt] = field(default_factory=list)
    """The oldest first."""
    reset: float = 0.0
    """When somebody last closed the circuit breaker by hand, in seconds since the epoch; 0 for never."""

    @property
    def under_way(self) -> list[Attempt]:
        """Those that have not ended."""
        return [attempt for attempt in self.attempts if attempt.end is None]


def journal_of(client: "MlflowClient", name: str) -> Journal:
    """Return the journal of the model's retrainings."""
    return Journal(client, "retraining", name)


def read_record(journal: Journal) -> Record:
    """Return what the journal says.

    Raises:
        BadInput: the journal is broken.
        Unavailable: the server does not answer.

    """
    entries = journal.entries()
    begun = [entry for entry in entries if entry.values["what"] == "begun"]
    reset = max((entry.time for entry in entries if entry.values["what"] == "reset"), default=0.0)
    return Record(len(entries), [_attempt(entry, entries) for entry in begun], reset)


def write_end(journal: Journal, record: Record, attempt: Attempt, end: End) -> None:
    """Write how an attempt ended.

    Raises:
        Overtaken: somebody else wrote an entry first.
        Unavailable: the server does not answer.

    """
    values = {"how": end.how, "seconds": end.seconds, "why": end.why}
    journal.append({"what": "ended", "of": attempt.number, **values}, after=record.entries)


def reset(client: "MlflowClient", name: str) -> None:
    """Close the circuit breaker by hand.

    Raises:
        BadInput: the journal is broken.
        Unavailable: the server does not answer.

    """
    journal = journal_of(client, name)

    def write() -> None:
        journal.append({"what": "reset", "who": who()["who"]}, after=read_record(journal).entries)

    looking_again(write)


def looking_again(write: Callable[[], T]) -> T:
    """Return what `write` returns, which reads what there is and writes; again when somebody else wrote in between.

    Raises:
        Overtaken: somebody was faster each time.

    """
    for _ in range(_LOOKS - 1):
        with suppress(Overtaken):
            return write()
    return write()


def _attempt(begun: Entry, entries: list[Entry]) -> Attempt:
    of_it = {entry.values["what"]: entry for entry in entries if entry.values.get("of") == begun.number}
    values = begun.values
    return Attempt(
        number=begun.number,
        time=begun.time,
        run=values["run"],
        process=values["process"],
        mlflow_run=values["mlflow_run"],
        experiment=values["experiment"],
        lease_minutes=values["lease_minutes"],
        reason=values["reason"],
        data_md5=values["data_md5"],
        version=of_it["built"].values["version"] if "built" in of_it else None,
        end=_end(of_it["ended"].time, of_it["ended"].values) if "ended" in of_it else None,
    )


def _end(when: float, values: Mapping[str, Any]) -> End:
    return End(when, values["how"], values["seconds"], values["why"])


def moment(seconds: float) -> str:
    """Return a time as people read it, such as `2026-11-25 03:28 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
