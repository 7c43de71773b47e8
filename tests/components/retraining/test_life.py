"""Who holds the lock is alive, or dead in one of the ways in which runs die."""

import time

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import ATTEMPTED
from components.retraining.begin import Asked, Here, begin
from components.retraining.config import RetrainingSettings
from components.retraining.life import Death, death_of, steps_of
from components.retraining.record import Attempt, journal_of, read_record
from tests.components.retraining.models import DATA, NAME, dead_process, run_of_pipeline, step_of

ELSEWHERE = "another-machine:1:1"


def begun(client: MlflowClient, here: Here, lease_minutes: float = 60) -> Attempt:
    begin(client, Asked(NAME, DATA), RetrainingSettings(lease_minutes=lease_minutes), here)
    (attempt,) = read_record(journal_of(client, NAME)).under_way
    return attempt


def death(client: MlflowClient, attempt: Attempt, minutes_later: float = 0) -> Death | None:
    return death_of(client, attempt, time.time() + minutes_later * 60)


def test_a_run_whose_process_is_there_is_alive(client: MlflowClient) -> None:
    assert death(client, begun(client, run_of_pipeline(client, "mine"))) is None


def test_a_run_whose_process_is_gone_died(client: MlflowClient) -> None:
    process = dead_process()
    found = death(client, begun(client, run_of_pipeline(client, "killed", process)))
    assert found
    assert (found.how, found.why) == ("died", f"the run killed was killed: its process {process} is gone")


def test_a_run_that_was_interrupted_was_interrupted(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "stopped", dead_process())
    attempt = begun(client, here)
    client.set_terminated(here.mlflow_run, "KILLED")
    found = death(client, attempt)
    assert found
    assert (found.how, found.why) == ("interrupted", "the run stopped was interrupted")


@pytest.mark.parametrize("process", ["", ELSEWHERE])
def test_a_run_elsewhere_lives_as_long_as_its_lease(client: MlflowClient, process: str) -> None:
    here = run_of_pipeline(client, "far away")
    attempt = begun(client, Here(here.run, process, here.mlflow_run, here.experiment))
    assert death(client, attempt, minutes_later=59) is None
    found = death(client, attempt, minutes_later=61)
    assert found
    assert found.how == "died"
    assert "gave no sign of life after" in found.why
    assert "its lease of 60 minutes" in found.why


def test_each_step_is_a_sign_of_life(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "far away", ELSEWHERE)
    attempt = begun(client, here)
    step_of(client, here, "fine_tuning", began=attempt.time + 30 * 60)
    assert death(client, attempt, minutes_later=89) is None
    assert death(client, attempt, minutes_later=91)


def test_each_attempt_at_a_step_is_a_sign_of_life(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "far away", ELSEWHERE)
    attempt = begun(client, here)
    again = step_of(client, here, "fine_tuning", "RUNNING", began=attempt.time)
    client.set_tag(again, ATTEMPTED, str(int((attempt.time + 30 * 60) * 1000)))
    assert death(client, attempt, minutes_later=89) is None
    assert death(client, attempt, minutes_later=91)


def test_a_run_that_mlflow_has_forgotten_lives_as_long_as_its_lease(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "forgotten", ELSEWHERE)
    attempt = begun(client, here)
    client.delete_run(here.mlflow_run)
    assert death(client, attempt) is None
    assert death(client, attempt, minutes_later=61)


def test_steps_are_the_leaves_and_a_second_attempt_stands_for_the_first(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "mine")
    attempt = begun(client, here)
    step_of(client, here, "fine_tuning", "FAILED", began=attempt.time)
    step_of(client, here, "fine_tuning", began=attempt.time + 1)
    loop = Here(here.run, here.process, step_of(client, here, "for-loop-1", "RUNNING"), here.experiment)
    step_of(client, loop, "evaluation/baseline")
    steps = {step.info.run_name: step.info.status for step in steps_of(client, attempt)}
    assert steps == {"fine_tuning": "FINISHED", "evaluation/baseline": "FINISHED"}


def test_the_rounds_of_a_loop_are_steps_of_their_own_though_kfp_gives_them_one_name(client: MlflowClient) -> None:
    here = run_of_pipeline(client, "mine")
    attempt = begun(client, here)
    loop = Here(here.run, here.process, step_of(client, here, "for-loop-1"), here.experiment)
    step_of(client, loop, "compress-model", "FAILED", began=attempt.time)
    step_of(client, loop, "compress-model", began=attempt.time + 1)
    assert [step.info.status for step in steps_of(client, attempt)] == ["FAILED", "FINISHED"]
