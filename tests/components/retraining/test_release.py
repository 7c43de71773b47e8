"""Who knows that a retraining is dead need not wait for its lease."""

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.retraining.begin import Asked, begin
from components.retraining.config import RetrainingSettings
from components.retraining.record import journal_of, read_record
from components.retraining.release import release
from tests.components.retraining.models import DATA, NAME, run_of_pipeline

SETTINGS = RetrainingSettings()


def test_the_next_one_begins_and_the_record_says_why(client: MlflowClient) -> None:
    first, second = (run_of_pipeline(client, run) for run in ("first", "second"))
    assert begin(client, Asked(NAME, DATA), SETTINGS, first).begins
    refused = begin(client, Asked(NAME, DATA), SETTINGS, second)
    assert not refused.begins
    assert "`bessemer retrain … --release REASON`" in refused.why
    assert release(client, NAME, "The node is gone.").run == "first"
    ended, *_ = read_record(journal_of(client, NAME)).attempts
    assert ended.end is not None
    assert (ended.end.how, ended.end.seconds) == ("interrupted", 0)
    assert ended.end.why.endswith("released the lock of the run first: The node is gone.")
    assert begin(client, Asked(NAME, DATA), SETTINGS, second).begins


def test_there_is_nothing_to_release_where_none_is_at_work(client: MlflowClient) -> None:
    with pytest.raises(BadInput, match="the retraining of sentiment: found none; expected one at work"):
        release(client, NAME, "The node is gone.")
    begin(client, Asked(NAME, DATA), SETTINGS, run_of_pipeline(client, "first"))
    release(client, NAME, "The node is gone.")
    entries = len(journal_of(client, NAME).entries())
    with pytest.raises(BadInput):
        release(client, NAME, "Again.")
    assert len(journal_of(client, NAME).entries()) == entries
