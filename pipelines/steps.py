"""What is known of a run's steps from the events that they told: which ran, how far, how long, and how it ended."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from components.contracts.step import DEFECT_EXIT_CODE

State = Literal["waiting", "running", "done", "unchanged", "failed", "interrupted"]

_KILLED = (
    "its process: found an end without a word; expected one that says how it ended. It was killed from outside, mostly "
    "because memory ran out: free some, then run again."
)
_SILENT = "the tasks: found no word of what failed; expected each to say how it ended."
KILLED_EXIT_CODE = 69
"""Of sysexits.h, as `Unavailable` has it: worth a retry."""
LOOKUPS = ("preset", "source", "model revision", "registry", "version", "end", "contest")
"""What the steps that are never cached look up or note; not worth a line of their own."""


@dataclass
class Step:
    """One task of the graph as a watcher sees it."""

    room: str
    detail: str = ""
    state: State = "waiting"
    started: float = 0.0
    """Seconds since the epoch."""
    seconds: float = 0.0
    """Wall time of the finished work inside the room."""
    peak_mib: float = 0.0
    """Peak resident memory of its process, in MiB."""
    what: str = ""
    """The unit of its progress."""
    done: int = 0
    total: int = 0
    note: str = ""
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What it found that did not stop it."""
    defect: bool = False
    """Whether it failed by a defect of Bessemer, and not by something that the user can mend."""
    exit_code: int = 0
    """The kind of failure (`components.contracts.faults`)."""

    @property
    def title(self) -> str:
        """Its name for people."""
        name = self.room.replace("_", " ")
        return f"{name}: {self.detail}" if self.detail else name


class Steps:
    """The steps of one run, in the order of the way of the data."""

    def __init__(self, places: Iterable[Sequence[str]]) -> None:
        self.all = [Step(room, detail) for room, detail in places]
        self.lookup_seconds = 0.0
        """Wall time of the look-ups that are never cached."""
        self.outside = Step("")
        """What failed outside of any room."""
        self.interrupted = False
        """Whether somebody asked the run to end."""

    def take(self, event: dict[str, Any]) -> None:
        """Bring the picture up to date with one event."""
        if event.get("detail") in LOOKUPS and event["event"] == "finished":
            self.lookup_seconds += event["seconds"]
        if event["event"] == "retraining" and not event["begins"]:
            self.all = [step for step in self.all if step.state != "waiting"]  # nothing follows
        step = self._find(event)
        if step is None:
            return
        match event["event"]:
            case "started":
                step.state, step.started = "running", event["time"]
            case "progress":
                step.what, step.done, step.total = event["what"], event["done"], event["total"]
                step.note = event["note"]
            case "finished":
                step.state, step.seconds, step.peak_mib = "done", event["seconds"], event["peak_mib"]
            case "failed":
                step.state, step.faults = "failed", event["faults"]
                step.defect, step.exit_code = event["defect"], event["exit_code"]
            case "warned":
                step.warnings = event["sentences"]
            case "interrupted":
                step.state, self.interrupted = "interrupted", True

    def _find(self, event: dict[str, Any]) -> Step | None:
        """Return the step that an event speaks of; progress and look-ups name a process, not a step."""
        if event["event"] == "progress":
            return next((step for step in reversed(self.all) if step.state == "running"), None)
        detail = event.get("detail")
        if detail in LOOKUPS and event["event"] in ("failed", "interrupted"):
            detail = ""
        for step in self.all:
            if step.room == event.get("room") and step.detail == detail:
                return step
        return self.outside if event["event"] in ("failed", "interrupted") else None

    def settle(self, succeeded: bool) -> None:
        """Say what became of the steps that never told, once the run has ended.

        After a success their earlier results still held. A step that was running was interrupted with the run, or it
        was killed and could not say so.
        """
        for step in self.all:
            if step.state == "waiting" and succeeded:
                step.state = "unchanged"
            elif step.state == "running" and self.interrupted:
                step.state = "interrupted"
            elif step.state == "running":
                step.state, step.faults, step.exit_code = "failed", [_KILLED], KILLED_EXIT_CODE
        if not (succeeded or self.interrupted or self.failures):
            self.outside.faults, self.outside.defect, self.outside.exit_code = [_SILENT], True, DEFECT_EXIT_CODE

    @property
    def failures(self) -> list[Step]:
        """The steps that failed; a loop's tasks go on after another one failed, so that there may be several."""
        return [step for step in [*self.all, self.outside] if step.faults]

    @property
    def seconds_inside(self) -> float:
        """Wall time of the work inside the rooms: what the pipeline itself costs is the rest."""
        return sum(step.seconds for step in self.all) + self.lookup_seconds


class EventReader:
    """Reads whole lines from a file that others are still appending to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the events that have come since the last time."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.position)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self.position += len(line)
                with suppress(ValueError):  # what a full disk left of an event, and the next one behind it
                    yield json.loads(line)
