"""What speaks against a training: each hold says why, and from when on it no longer does."""

import pytest

from components.retraining.config import RetrainingSettings
from components.retraining.holds import held
from components.retraining.record import Attempt, Record
from tests.components.retraining.models import DAY, HOUR, NOW, attempt

FREE = RetrainingSettings(cooldown_hours=0, max_runs_a_week=100, max_hours_a_week=1000, max_failures=100)


def record(*attempts: Attempt, reset: float = 0.0) -> Record:
    return Record(attempts=list(attempts), reset=reset)


def settings(**changed: float) -> RetrainingSettings:
    return RetrainingSettings(**{**vars(FREE), **changed})


def test_nothing_holds_the_first_training() -> None:
    assert held(record(), RetrainingSettings(), NOW) == ""


def test_the_cooldown_counts_from_the_end_of_the_last_training() -> None:
    last = record(attempt(NOW - 3 * HOUR, "failed", hours=1))
    said = held(last, settings(cooldown_hours=6), NOW)
    assert said == (
        "the last training ended on 2027-01-15 06:00 UTC, and the cooldown is 6 hours (retraining.cooldown_hours). "
        "The next may begin on 2027-01-15 12:00 UTC"
    )
    assert held(last, settings(cooldown_hours=2), NOW) == ""


@pytest.mark.parametrize("how", ["interrupted", "died", "nothing new"])
def test_what_was_broken_off_or_built_nothing_new_starts_no_cooldown(how: str) -> None:
    assert held(record(attempt(NOW - HOUR, how)), settings(cooldown_hours=6), NOW) == ""


def test_a_week_has_room_for_so_many_trainings_and_says_when_it_has_again() -> None:
    three = record(*(attempt(NOW - days * DAY, "succeeded") for days in (8, 6, 5, 1)))
    said = held(three, settings(max_runs_a_week=3), NOW)
    assert "3 trainings began within seven days, and the limit is 3 (retraining.max_runs_a_week)" in said
    assert said.endswith("It is free again on 2027-01-16 08:00 UTC")  # when the first of the three is seven days old
    assert held(three, settings(max_runs_a_week=3), NOW + DAY + 1) == ""
    assert "2027-01-21" in held(three, settings(max_runs_a_week=1), NOW)
    assert held(three, settings(max_runs_a_week=4), NOW) == ""


def test_what_built_nothing_new_is_no_training_of_the_week_but_takes_its_hours() -> None:
    looked = record(*(attempt(NOW - days * DAY, "nothing new", hours=2) for days in (5, 4, 3)))
    assert held(looked, settings(max_runs_a_week=1), NOW) == ""
    assert "took 6.0 hours" in held(looked, settings(max_hours_a_week=6), NOW)


def test_a_week_has_room_for_so_many_hours_and_says_when_it_has_again() -> None:
    long = record(attempt(NOW - 6 * DAY, "succeeded", 1), attempt(NOW - 4 * DAY, "failed", 20), attempt(NOW, "died", 5))
    said = held(long, settings(max_hours_a_week=10), NOW)
    assert "took 26.0 hours, and the limit is 10 (retraining.max_hours_a_week)" in said
    assert said.endswith("It is free again on 2027-01-18 08:00 UTC")  # without the long one
    assert held(long, settings(max_hours_a_week=10), NOW + 3 * DAY + 1) == ""
    assert held(long, settings(max_hours_a_week=27), NOW) == ""


def failures(*ends: tuple[float, str]) -> list[Attempt]:
    return [attempt(NOW - hours * HOUR, "failed", 0.5, why) for hours, why in ends]


def test_an_open_breaker_says_what_to_fix_and_how_to_close_it() -> None:
    failed = failures((9, "fine_tuning: no space left"), (6, "fine_tuning: no space left"), (3, "selection: too slow"))
    said = held(record(*failed), settings(max_failures=3, retry_after_hours=4), NOW)
    assert "the circuit breaker is open: 3 trainings in a row failed" in said
    assert "`bessemer retrain … --reset`" in said
    assert "one more attempt is allowed from 2027-01-15 09:30 UTC on" in said
    assert said.count("fine_tuning: no space left") == 1
    assert "selection: too slow" in said


def test_a_breaker_lets_one_attempt_through_after_a_while_and_opens_again_when_that_fails() -> None:
    limits = settings(max_failures=2, retry_after_hours=4)
    failed = failures((12, "a"), (9, "b"))
    assert held(record(*failed), limits, NOW) == ""
    assert "3 trainings in a row" in held(record(*failed, *failures((1, "c"))), limits, NOW)
    assert held(record(*failed, attempt(NOW - HOUR, "succeeded", 0.5)), limits, NOW) == ""


def test_a_breaker_closes_by_hand() -> None:
    limits = settings(max_failures=2, retry_after_hours=4)
    failed = failures((2, "a"), (1, "b"))
    assert held(record(*failed), limits, NOW)
    assert held(record(*failed, reset=NOW - 0.1 * HOUR), limits, NOW) == ""


def test_what_died_counts_as_a_failure_and_what_was_interrupted_as_nothing() -> None:
    limits = settings(max_failures=2, retry_after_hours=4)
    died, interrupted = attempt(NOW - 3 * HOUR, "died"), attempt(NOW - 2 * HOUR, "interrupted")
    assert held(record(died, interrupted), limits, NOW) == ""
    assert held(record(died, interrupted, *failures((1, "a"))), limits, NOW)
    assert held(record(died, attempt(NOW - 2 * HOUR, "nothing new"), *failures((1, "a"))), limits, NOW) == ""
