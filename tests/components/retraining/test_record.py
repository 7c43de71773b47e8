import sqlite3
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.journal import Overtaken
from components.retraining.begin import Asked, begin
from components.retraining.config import RetrainingSettings
from components.retraining.record import Record, journal_of, looking_again, read_record, reset
from tests.components.retraining.models import DATA, NAME, run_of_pipeline


def test_a_model_that_was_never_retrained_has_an_empty_record(client: MlflowClient) -> None:
    assert read_record(journal_of(client, NAME)) == Record()


def test_a_reset_is_remembered_and_who_did_it(client: MlflowClient) -> None:
    reset(client, NAME)
    reset(client, NAME)
    journal = journal_of(client, NAME)
    first, second = journal.entries()
    assert first.values.keys() == {"what", "who"}
    assert read_record(journal) == Record(entries=2, reset=second.time)


def test_a_journal_that_somebody_changed_is_a_sentence_and_nothing_begins(client: MlflowClient) -> None:
    settings = RetrainingSettings()
    begin(client, Asked(NAME, DATA), settings, run_of_pipeline(client, "first"))
    reset(client, NAME)
    with sqlite3.connect(Path("mlflow.db")) as database:
        database.execute("UPDATE params SET value = replace(value, 'first', 'other') WHERE key = '000001'")
    with pytest.raises(BadInput, match=r"entry 2 of the bessemer retraining of sentiment: .*from a backup"):
        begin(client, Asked(NAME, DATA), settings, run_of_pipeline(client, "second"))


def test_who_is_overtaken_looks_again_but_not_for_ever() -> None:
    looks = []

    def overtaken(until: int) -> str:
        looks.append(until)
        if len(looks) < until:
            raise Overtaken([])
        return "written"

    assert looking_again(lambda: overtaken(3)) == "written"
    with pytest.raises(Overtaken):
        looking_again(lambda: overtaken(100))
    assert len(looks) < 20
