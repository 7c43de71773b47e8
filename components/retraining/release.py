"""Ends by hand the hold of a retraining that somebody knows to be dead, before its lease does."""

import time
from typing import TYPE_CHECKING

from components.contracts.faults import BadInput, Fault
from components.contracts.who import who
from components.retraining.life import last_sign
from components.retraining.record import Attempt, End, journal_of, looking_again, read_record, write_end

if TYPE_CHECKING:
    from mlflow import MlflowClient


def release(client: "MlflowClient", name: str, why: str) -> Attempt:
    """Note that the retraining under way was interrupted, and return it: the next one may begin.

    Should it be alive after all, nothing that it still builds goes to the gate: it no longer holds the lock.

    Args:
        client: of the server.
        name: the registered model's.
        why: the person's reason.

    Raises:
        BadInput: none is under way, or the journal is broken.
        Unavailable: the server does not answer.

    """
    journal = journal_of(client, name)

    def write() -> Attempt:
        record = read_record(journal)
        if not record.under_way:
            raise BadInput(Fault(f"the retraining of {name}", "none", "one at work", "There is nothing to release."))
        attempt = record.under_way[0]
        seconds = last_sign(client, attempt) - attempt.time
        said = f"{who()['who']} released the lock of the run {attempt.run}: {why}"
        write_end(journal, record, attempt, End(time.time(), "interrupted", seconds, said))
        return attempt

    return looking_again(write)
