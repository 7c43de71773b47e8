"""Whether a training begins: one of several at once, after one that died, and again for the run that has begun it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.tracking import StepRun
from components.retraining.begin import Answer, Asked, Here, begin, here
from components.retraining.config import RetrainingSettings
from components.retraining.record import Record, journal_of, read_record
from tests.components.retraining.models import DATA, NAME, OTHER_DATA, dead_process, register, run_of_pipeline

SETTINGS = RetrainingSettings()
ASKED = Asked(NAME, DATA)
AT_ONCE = 4


def record(client: MlflowClient) -> Record:
    return read_record(journal_of(client, NAME))


def test_a_training_that_begins_notes_who_began_it_and_why(client: MlflowClient) -> None:
    mine = run_of_pipeline(client, "mine")
    answer = begin(client, ASKED, SETTINGS, mine)
    assert (answer.begins, answer.why) == (True, "there is no version of it yet")
    (attempt,) = record(client).under_way
    noted = Here(attempt.run, attempt.process, attempt.mlflow_run, attempt.experiment)
    assert noted == mine
    assert (attempt.reason, attempt.data_md5, attempt.lease_minutes) == (answer.why, DATA, SETTINGS.lease_minutes)


def test_without_a_reason_nothing_is_written(client: MlflowClient) -> None:
    register(client)
    answer = begin(client, ASKED, SETTINGS, run_of_pipeline(client, "mine"))
    assert not answer.begins
    assert answer.why.startswith("no reason: version 1 is 0.0 days old")
    assert record(client) == Record()


def test_a_reason_that_is_held_is_told_with_what_holds_it(client: MlflowClient) -> None:
    register(client, OTHER_DATA)
    begin(client, ASKED, SETTINGS, run_of_pipeline(client, "killed", dead_process()))
    answer = begin(client, ASKED, replace(SETTINGS, max_runs_a_week=1), run_of_pipeline(client, "mine"))
    assert not answer.begins
    assert "the data changed since version 1" in answer.why
    assert "But the budget is used up: 1 training began within seven days" in answer.why


def test_somebodys_own_reason_stands_against_everything_but_another_training(client: MlflowClient) -> None:
    register(client)
    begin(client, replace(ASKED, forced="a try"), SETTINGS, run_of_pipeline(client, "killed", dead_process()))
    forced = replace(ASKED, forced="labels were mended")
    answer = begin(client, forced, replace(SETTINGS, max_runs_a_week=1, max_failures=1), run_of_pipeline(client, "a"))
    assert (answer.begins, answer.why) == (True, "asked for: labels were mended")
    other = begin(client, forced, SETTINGS, run_of_pipeline(client, "b"))
    assert not other.begins
    assert other.why.startswith("another retraining is at work: the run a, since ")


def test_one_of_several_at_once_begins_and_the_others_are_told_of_it(client: MlflowClient, tracking: str) -> None:
    runs = [run_of_pipeline(client, f"run {number}") for number in range(AT_ONCE)]
    together = Barrier(AT_ONCE)

    def ask(mine: Here) -> Answer:
        together.wait()
        return begin(MlflowClient(tracking), ASKED, SETTINGS, mine)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, runs))
    (winner,) = [run.run for run, answer in zip(runs, answers, strict=True) if answer.begins]
    others = [answer.why for answer in answers if not answer.begins]
    assert len(others) == AT_ONCE - 1
    assert all(f"another retraining is at work: the run {winner}" in why for why in others)
    assert [attempt.run for attempt in record(client).attempts] == [winner]


def test_whoever_asks_again_for_the_same_run_gets_the_same_answer(client: MlflowClient) -> None:
    mine = run_of_pipeline(client, "mine")
    first = begin(client, ASKED, SETTINGS, mine)
    second = begin(client, ASKED, SETTINGS, mine)
    assert (second.begins, second.why) == (first.begins, first.why)
    assert len(record(client).attempts) == 1


def test_a_dead_run_does_not_keep_the_lock(client: MlflowClient) -> None:
    begin(client, ASKED, SETTINGS, run_of_pipeline(client, "killed", dead_process()))
    assert begin(client, ASKED, SETTINGS, run_of_pipeline(client, "next")).begins
    first, second = record(client).attempts
    assert first.end
    assert (first.end.how, second.run, second.end) == ("died", "next", None)


def test_a_dead_run_does_not_keep_the_lock_when_its_number_is_given_to_the_next(client: MlflowClient) -> None:
    mine = run_of_pipeline(client, "mine")
    host, pid, start = mine.process.split(":")
    begin(client, ASKED, SETTINGS, run_of_pipeline(client, "killed", f"{host}:{pid}:{int(start) - 1}"))
    assert begin(client, ASKED, SETTINGS, mine).begins
    assert [attempt.run for attempt in record(client).under_way] == ["mine"]


def test_the_champion_is_what_is_trained_where_settings_say_so_and_there_is_one(client: MlflowClient) -> None:
    section = {"source": "org/base", "revision": "main"}
    warm = RetrainingSettings(start_from="champion")
    answer = begin(client, ASKED, warm, run_of_pipeline(client, "mine"))
    assert answer.start(section, warm) == section
    register(client)
    client.set_registered_model_alias(NAME, "champion", "1")
    answer = begin(client, ASKED, warm, run_of_pipeline(client, "mine"))
    assert answer.start(section, warm) == {"source": "models:/sentiment/1"}
    assert answer.start(section, SETTINGS) == section


def test_which_run_asks_is_in_the_environment() -> None:
    run = StepRun(None, "step", "whole", "7")
    local = {"BESSEMER_RUN_ID": "20261125-1", "BESSEMER_RUN_PROCESS": "host:3:7"}
    assert here(run, local) == Here("20261125-1", "host:3:7", "whole", "7")
    assert here(run, {"KFP_RUN_ID": "ab-cd"}) == Here("ab-cd", "", "whole", "7")
    with pytest.raises(BadInput, match="Retrain with `bessemer retrain`"):
        here(run, {})
