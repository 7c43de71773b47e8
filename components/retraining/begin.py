"""Decides whether a model is trained again now, and takes the lock for it."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.contracts.faults import BadInput, Fault
from components.contracts.journal import Journal
from components.contracts.process import PROCESS
from components.contracts.tracking import StepRun
from components.contracts.who import who
from components.retraining.config import RetrainingSettings
from components.retraining.holds import held
from components.retraining.life import death_of
from components.retraining.reasons import no_reason, reasons
from components.retraining.record import (
    Attempt,
    End,
    Record,
    journal_of,
    looking_again,
    moment,
    read_record,
    write_end,
)
from components.retraining.registered import Registered, look_up

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Here:
    """The run that asks."""

    run: str
    """Of Kubeflow Pipelines, or of `bessemer` on one machine."""
    process: str
    mlflow_run: str
    """Of the whole pipeline."""
    experiment: str


@dataclass(frozen=True)
class Asked:
    """What is asked about."""

    name: str
    """The registered model's."""
    data_md5: str
    """Of the data source as it is now."""
    forced: str = ""
    """A reason of somebody's own: neither breaker nor budget nor cooldown speaks against it."""


@dataclass(frozen=True)
class Answer:
    """Whether the model is trained again."""

    begins: bool
    why: str
    """The reason, or what speaks against it."""
    registered: Registered
    record: Record

    def start(self, model_ingestion: dict[str, Any], settings: RetrainingSettings) -> dict[str, Any]:
        """Return the section model_ingestion to train from: the champion where settings say so and there is one."""
        if settings.start_from == "base" or not self.registered.champion:
            return model_ingestion
        others = {key: value for key, value in model_ingestion.items() if key not in ("source", "revision")}
        return {**others, "source": f"models:/{self.registered.name}/{self.registered.champion}"}


def here(run: StepRun, environment: Mapping[str, str] = os.environ) -> Here:
    """Return which run this step is of."""
    return Here(run_here(environment), environment.get(PROCESS, ""), run.parent_id, run.experiment_id)


def run_here(environment: Mapping[str, str] = os.environ) -> str:
    """Return the pipeline's run as the environment names it.

    Raises:
        BadInput: it names none.

    """
    run = environment.get("BESSEMER_RUN_ID") or environment.get("KFP_RUN_ID")
    if run:
        return run
    way_out = "Retrain with `bessemer retrain`, or on Kubeflow."
    raise BadInput(Fault("BESSEMER_RUN_ID and KFP_RUN_ID", "nothing", "the run that a step belongs to", way_out))


def begin(client: "MlflowClient", asked: Asked, settings: RetrainingSettings, here: Here) -> Answer:
    """Return whether the model is trained again, after noting that this run does it.

    Of several runs at once one begins, and the others are told of it. A run that began and died is noted as ended
    first. Whoever asks again for the same run gets the same answer.

    Raises:
        BadInput: the journal is broken, or the registry holds what cannot be read.
        Overtaken: others kept writing at the same time.
        Unavailable: the server does not answer.

    """
    journal = journal_of(client, asked.name)

    def write() -> Answer:
        record = without_the_dead(client, journal)
        answer = decide(look_up(client, asked.name), record, asked, settings, here.run)
        if answer.begins and not record.under_way:
            values = {
                "what": "begun",
                "who": who()["who"],
                "reason": answer.why,
                "data_md5": asked.data_md5,
                **vars(here),
            }
            journal.append({**values, "lease_minutes": settings.lease_minutes}, after=record.entries)
        return answer

    return looking_again(write)


def without_the_dead(client: "MlflowClient", journal: Journal) -> Record:
    """Return the record, after noting the end of each retraining that ended without a word."""
    record = read_record(journal)
    for attempt in record.under_way:
        death = death_of(client, attempt, time.time())
        if death:
            write_end(journal, record, attempt, End(time.time(), death.how, death.seconds, death.why))
            record = read_record(journal)
    return record


def decide(registered: Registered, record: Record, asked: Asked, settings: RetrainingSettings, run: str = "") -> Answer:
    """Return whether the model is to be trained again now.

    Args:
        registered: what the registry says of it.
        record: its retrainings, in which nothing dead is under way.
        asked: what is asked.
        settings: the limits.
        run: who asks, if a run does.

    """
    now = time.time()
    for attempt in record.under_way:
        return Answer(attempt.run == run, _at_work(attempt, run), registered, record)
    if asked.forced:
        return Answer(True, f"asked for: {asked.forced}", registered, record)
    found = reasons(registered, record, asked.data_md5, settings, now)
    if not found:
        return Answer(False, no_reason(registered, record, settings, now), registered, record)
    why = "; ".join(found)
    against = held(record, settings, now)
    return Answer(not against, f"{why}. But {against}" if against else why, registered, record)


def _at_work(attempt: Attempt, run: str) -> str:
    if attempt.run == run:
        return attempt.reason
    where = f" in process {attempt.process}" if attempt.process else ""
    return (
        f"another retraining is at work: the run {attempt.run}, since {moment(attempt.time)}{where}. Should it be "
        f"dead, `bessemer retrain … --release REASON` lets the next one begin; its silence does after "
        f"{attempt.lease_minutes:g} minutes"
    )
