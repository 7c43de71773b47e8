"""Notes what a retraining has built, and how it ended."""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.events import tell
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import read_manifest
from components.contracts.journal import Journal
from components.contracts.registration import Registration
from components.contracts.tracking import FAULTS, answering
from components.retraining.life import steps_of
from components.retraining.record import (
    Attempt,
    End,
    How,
    Record,
    journal_of,
    looking_again,
    moment,
    read_record,
    write_end,
)
from components.retraining.registered import waits_for_the_gate

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_OWN = "end-retraining"
"""The name of this very task: KFP's MLflow plugin gives it a run too, which ends after it."""
_SILENT = "a step failed that left no word in MLflow: the run's own page or log has it"


def note_built(client: "MlflowClient", folder: Path, run: str) -> tuple[str, str]:
    """Note the version that a retraining has built; return it, empty where it is nothing new, and the model's name.

    When all that a model is built from is as it was, the cache hands back the version that this led to. That is nothing
    new if the gate has judged it. Else, built by hand or by a retraining that was broken off, it goes on to the gate.

    Args:
        client: of the server.
        folder: the registration contract.
        run: the pipeline's run.

    Raises:
        BadInput: the journal is broken, `folder` is no registration, or the retraining has ended by now.
        Unavailable: the server does not answer.

    """
    registration = read_manifest(folder, Registration)
    number = str(registration.version)
    version = number if waits_for_the_gate(client, registration.name, number) else ""

    def note(journal: Journal, record: Record, attempt: Attempt) -> None:
        if attempt.end:
            raise BadInput(_over(attempt, attempt.end))
        if attempt.version is None:
            journal.append({"what": "built", "of": attempt.number, "version": version}, after=record.entries)

    _with_own(client, registration.name, run, note)
    tell("registration", path=folder, new=bool(version))
    return version, registration.name


def _over(attempt: Attempt, end: End) -> Fault:
    way_out = "Start a new run: it goes on with what this one has built. KFP's Retry takes no lock."
    return Fault(f"the retraining of run {attempt.run}", f"{end.how} on {moment(end.time)}", "one at work", way_out)


def end(client: "MlflowClient", name: str, run: str, environment: Mapping[str, str] = os.environ) -> End | None:
    """Note how the retraining ended that `run` began, and return it; None where it began none, or it has ended.

    Args:
        client: of the server.
        name: the registered model's.
        run: the pipeline's run.
        environment: names the MLflow run of this task, where it has one.

    Raises:
        BadInput: the journal is broken.
        Unavailable: the server does not answer.

    """
    ended = []

    def note(journal: Journal, record: Record, attempt: Attempt) -> None:
        if attempt.end:
            return
        with answering():
            steps = steps_of(client, attempt)
        own = environment.get("MLFLOW_RUN_ID")
        others = [step for step in steps if step.info.run_id != own and step.info.run_name != _OWN]
        how, why = outcome(attempt, others)
        now = time.time()
        ended.append(End(now, how, now - attempt.time, why))
        write_end(journal, record, attempt, ended[-1])

    _with_own(client, name, run, note)
    return ended[-1] if ended else None


def outcome(attempt: Attempt, steps: list["Run"]) -> tuple[How, str]:
    """Return how an attempt ended whose last step this is, and what it failed of.

    What has failed is what MLflow has as failed, or as still running; what has succeeded has noted what it built. KFP
    knows too, but tells it in different words here, on Kubeflow, and in its different versions.
    """
    if any(step.info.status == "KILLED" for step in steps):
        return "interrupted", "it was interrupted"
    failed = [step for step in steps if step.info.status in ("FAILED", "RUNNING")]
    if failed:
        return "failed", "; ".join(dict.fromkeys(map(_fault, failed)))
    if attempt.version is None:
        return "failed", _SILENT
    return ("succeeded", "") if attempt.version else ("nothing new", "")


def _fault(step: "Run") -> str:
    if step.info.status == "RUNNING":
        return f"{step.info.run_name}: its process was killed, mostly because memory ran out"
    faults = json.loads(step.data.tags.get(FAULTS, "[]"))
    return f"{step.info.run_name}: {' '.join(faults) or 'its log says what of'}"


def _with_own(client: "MlflowClient", name: str, run: str, note: Callable[[Journal, Record, Attempt], None]) -> None:
    """Let `note` write about the last attempt that `run` began, if it began one."""
    journal = journal_of(client, name)

    def write() -> None:
        record = read_record(journal)
        own = [attempt for attempt in record.attempts if attempt.run == run]
        if own:
            note(journal, record, own[-1])

    looking_again(write)
