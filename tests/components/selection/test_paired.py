import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.selection.paired import quality_drop

answers = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80)


def drop_of(rows: list[tuple[bool, bool]], seed: int = 0) -> tuple[float, float, float]:
    baseline, candidate = (np.array(column) for column in zip(*rows, strict=True))
    drop = quality_drop(baseline, candidate, 0.95, 500, seed)
    return drop.value, drop.low, drop.high


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(0, 9))
def test_a_candidate_that_equals_the_baseline_loses_nothing_for_sure(right: list[bool], seed: int) -> None:
    assert drop_of([(row, row) for row in right], seed) == (0.0, 0.0, 0.0)


@settings(deadline=None)
@given(answers)
def test_the_loss_is_the_difference_of_the_accuracies_in_points(rows: list[tuple[bool, bool]]) -> None:
    value, low, high = drop_of(rows)
    baseline, candidate = (np.mean(column) for column in zip(*rows, strict=True))
    assert value == pytest.approx(100 * (baseline - candidate))
    assert -100 <= low <= high <= 100


@settings(deadline=None)
@given(answers)
def test_swapping_the_two_turns_the_sign(rows: list[tuple[bool, bool]]) -> None:
    assert drop_of(rows)[0] == -drop_of([(second, first) for first, second in rows])[0]


def test_the_interval_covers_the_true_loss_about_as_often_as_it_says() -> None:
    dice = np.random.default_rng(3)
    covered = 0
    for trial in range(500):
        fate = dice.choice(3, size=400, p=[0.04, 0.02, 0.94])  # lost, won, alike: the true loss is 2 points
        drop = quality_drop(fate != 1, fate != 0, 0.95, 400, trial)
        covered += drop.low <= 2.0 <= drop.high
    assert 0.92 <= covered / 500 <= 0.98


def test_the_interval_is_narrower_than_that_of_two_separate_accuracies() -> None:
    dice = np.random.default_rng(0)
    baseline = dice.uniform(size=2000) < 0.84
    candidate = baseline ^ (dice.uniform(size=2000) < 0.02)
    drop = quality_drop(baseline, candidate, 0.95, 2000, 0)
    assert drop.high - drop.low < 2 * 1.96 * np.sqrt(0.84 * 0.16 / 2000) * 100
