from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.contracts.decision import Check
from components.gating.accuracy import compare_accuracy
from components.gating.config import GatingSettings
from components.gating.pairs import Pairs

DEFAULTS = GatingSettings(resamples=1000)
SUPERIOR = replace(DEFAULTS, rule="superior")


def checked(pairs: Pairs, asked: GatingSettings = DEFAULTS) -> dict[str, Check]:
    return {check.name: check for check in compare_accuracy(pairs, asked).checks}


def test_one_that_is_shown_to_be_within_the_margin_passes() -> None:
    check = checked(Pairs(4000, 90, 95))["non_inferiority"]
    assert check.verdict == "passed"
    assert check.sentence == (
        "0.1 points worse on 4,000 rows (90% interval -0.7 to +0.4 points): shown to be less than 1 point worse "
        "(exact p 0.0056, alpha 0.05)."
    )


def test_one_that_is_shown_to_be_worse_fails() -> None:
    check = checked(Pairs(1066, 12, 60))["non_inferiority"]
    assert check.verdict == "failed"
    assert "shown to be worse (McNemar's exact p 4e-09), and not shown to be less than 1 point worse" in check.sentence


def test_one_that_enough_rows_do_not_show_fails() -> None:
    check = checked(Pairs(6000, 100, 122))["non_inferiority"]
    assert check.verdict == "passed"
    check = checked(Pairs(3200, 60, 78))["non_inferiority"]
    assert (check.verdict, "enough rows, and yet not shown to be" in check.sentence) == ("failed", True)


def test_too_few_rows_leave_it_undecided_and_say_how_many_it_takes() -> None:
    accuracy = compare_accuracy(Pairs(1066, 22, 26), DEFAULTS)
    check = accuracy.checks[0]
    assert check.verdict == "undecided"
    assert check.sentence.endswith(
        "too few to show it to be less than 1 point worse (exact p 0.18, alpha 0.05); about 2,889 rows are enough, "
        "with a power of 80% where only one of the two is right on 4.5% of them, and these for a margin of 1.7 points."
    )
    assert accuracy.rows_needed == 2889


@pytest.mark.parametrize("pairs", [Pairs(1, 0, 0), Pairs(1, 1, 0), Pairs(50, 0, 0), Pairs(298, 0, 0)])
def test_agreeing_on_few_rows_shows_nothing(pairs: Pairs) -> None:
    accuracy = compare_accuracy(pairs, DEFAULTS)
    assert accuracy.checks[0].verdict == "undecided"
    assert accuracy.rows_needed > pairs.rows
    assert not accuracy.superior


def test_a_single_row_that_was_lost_is_too_few_too() -> None:
    assert checked(Pairs(1, 0, 1))["non_inferiority"].verdict == "undecided"


def test_all_lost_fails() -> None:
    assert checked(Pairs(100, 0, 100), SUPERIOR)["non_inferiority"].verdict == "failed"
    assert checked(Pairs(100, 0, 100), SUPERIOR)["superiority"].verdict == "failed"


def test_being_better_is_told_and_decides_nothing_by_default() -> None:
    accuracy = compare_accuracy(Pairs(4000, 150, 90), DEFAULTS)
    assert accuracy.superior
    assert accuracy.checks[1].verdict == "noted"
    assert accuracy.checks[1].sentence.startswith("Shown to be better: only the challenger was right on 150 rows")
    assert checked(Pairs(4000, 90, 90))["superiority"].sentence.startswith("Not shown to be better")


def test_being_better_decides_where_the_rule_says_so() -> None:
    assert checked(Pairs(4000, 150, 90), SUPERIOR)["superiority"].verdict == "passed"
    assert checked(Pairs(4000, 90, 95), SUPERIOR)["superiority"].verdict == "failed"
    undecided = checked(Pairs(4000, 100, 90), SUPERIOR)["superiority"]
    assert undecided.verdict == "undecided"
    assert undecided.sentence.endswith("about 47,098 rows show it, with a power of 80%.")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 500))
def test_of_two_models_at_most_one_is_better_than_the_other(won: int, lost: int, agreed: int) -> None:
    pairs = Pairs(won + lost + agreed + 1, won, lost)
    there, back = (compare_accuracy(each, DEFAULTS) for each in (pairs, pairs.turned()))
    assert not (there.superior and back.superior)
    assert there.difference.value == -back.difference.value
    assert there.rows_needed == back.rows_needed


@pytest.mark.parametrize("rows", [1, 3, 4])
def test_few_rows_that_were_all_won_are_too_few(rows: int) -> None:
    assert checked(Pairs(rows, rows, 0), SUPERIOR)["superiority"].verdict == "undecided"
