"""How a training ended, as its steps left it in MLflow."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.retraining.begin import Asked, Here, begin
from components.retraining.config import RetrainingSettings
from components.retraining.end import end, note_built
from components.retraining.record import Attempt, How, journal_of, read_record
from tests.components.retraining.models import DATA, NAME, judge, register, registration, run_of_pipeline, step_of


@pytest.fixture
def mine(client: MlflowClient) -> Here:
    """Return a run that has begun a training."""
    here = run_of_pipeline(client, "mine")
    begin(client, Asked(NAME, DATA), RetrainingSettings(), here)
    step_of(client, here, "retraining/reason")
    return here


def last(client: MlflowClient) -> Attempt:
    return read_record(journal_of(client, NAME)).attempts[-1]


def ended(client: MlflowClient, run: str = "mine") -> tuple[How, str]:
    end(client, NAME, run)
    found = last(client).end
    assert found
    return found.how, found.why


def test_a_version_of_this_run_is_a_success(client: MlflowClient, mine: Here, tmp_path: Path) -> None:
    folder = registration(client, tmp_path / "registration", register(client, run="mine"))
    assert note_built(client, folder, "mine") == ("1", NAME)
    assert note_built(client, folder, "mine") == ("1", NAME)  # a second attempt of the same step
    assert last(client).version == "1"
    assert ended(client) == ("succeeded", "")


def test_a_version_that_was_judged_before_is_nothing_new(client: MlflowClient, mine: Here, tmp_path: Path) -> None:
    version = register(client, run="an earlier one")
    judge(client, version)
    assert note_built(client, registration(client, tmp_path / "registration", version), "mine") == ("", NAME)
    assert ended(client) == ("nothing new", "")


def test_a_version_of_another_run_that_nobody_judged_goes_on(client: MlflowClient, mine: Here, tmp_path: Path) -> None:
    folder = registration(client, tmp_path / "registration", register(client, run="broken off"))
    assert note_built(client, folder, "mine") == ("1", NAME)
    assert ended(client) == ("succeeded", "")


@pytest.mark.parametrize("named", [True, False], ids=["with its run in the environment", "without"])
def test_the_run_that_kfp_has_opened_for_the_ending_task_itself_has_not_failed(
    client: MlflowClient, mine: Here, tmp_path: Path, named: bool
) -> None:
    note_built(client, registration(client, tmp_path / "registration", register(client, run="mine")), "mine")
    own = step_of(client, mine, "of any name" if named else "end-retraining", "RUNNING")
    found = end(client, NAME, "mine", {"MLFLOW_RUN_ID": own} if named else {})
    assert found
    assert (found.how, found.why) == ("succeeded", "")


def test_a_retraining_that_has_ended_takes_nothing_to_the_gate_when_kfp_tries_it_again(
    client: MlflowClient, mine: Here, tmp_path: Path
) -> None:
    step_of(client, mine, "fine_tuning", "FAILED", "no space left")
    assert ended(client)[0] == "failed"
    folder = registration(client, tmp_path / "registration", register(client, run="mine"))
    with pytest.raises(BadInput, match=r"the retraining of run mine: found failed on .* Start a new run"):
        note_built(client, folder, "mine")
    assert last(client).version is None
    next_one = begin(client, Asked(NAME, DATA), RetrainingSettings(cooldown_hours=0), run_of_pipeline(client, "next"))
    assert next_one.why == "version 1 was built and never judged: its retraining was broken off"


def test_what_failed_says_so_with_the_faults_of_its_steps(client: MlflowClient, mine: Here) -> None:
    step_of(client, mine, "data_ingestion")
    step_of(client, mine, "selection", "FAILED", "the budgets: found none within.", "Raise selection.max_mib.")
    assert ended(client) == ("failed", "selection: the budgets: found none within. Raise selection.max_mib.")


def test_a_promotion_that_failed_after_the_build_is_a_failure(client: MlflowClient, mine: Here, tmp_path: Path) -> None:
    note_built(client, registration(client, tmp_path / "registration", register(client, run="mine")), "mine")
    step_of(client, mine, "promotion", "FAILED", "the server does not answer")
    assert ended(client) == ("failed", "promotion: the server does not answer")
    assert last(client).version == "1"


def test_a_step_that_was_killed_is_told_as_such(client: MlflowClient, mine: Here) -> None:
    step_of(client, mine, "fine_tuning", "RUNNING")
    assert ended(client) == ("failed", "fine_tuning: its process was killed, mostly because memory ran out")


def test_a_step_that_left_no_word_is_told_as_such(client: MlflowClient, mine: Here) -> None:
    assert ended(client) == (
        "failed",
        "a step failed that left no word in MLflow: the run's own page or log has it",
    )


def test_an_interrupted_step_is_no_failure(client: MlflowClient, mine: Here) -> None:
    step_of(client, mine, "fine_tuning", "KILLED")
    assert ended(client) == ("interrupted", "it was interrupted")


def test_a_run_that_began_nothing_or_has_ended_writes_nothing(client: MlflowClient, mine: Here) -> None:
    assert end(client, NAME, "another") is None
    assert last(client).end is None
    assert end(client, NAME, "mine")
    entries = read_record(journal_of(client, NAME)).entries
    assert end(client, NAME, "mine") is None
    assert read_record(journal_of(client, NAME)).entries == entries


def test_a_run_ends_its_own_training_alone(client: MlflowClient, mine: Here) -> None:
    end(client, "another model", "mine")
    assert last(client).end is None
