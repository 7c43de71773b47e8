import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score
from sklearn.metrics import confusion_matrix as sklearn_confusion

from components.evaluation.confusion import Bootstrap, accuracy, confusion_matrix, f1_by_label, macro_f1

LABELS = 4
answered_rows = st.lists(st.tuples(st.integers(0, LABELS - 1), st.integers(0, LABELS - 1)), min_size=1, max_size=60)


@settings(deadline=None)
@given(answered_rows)
def test_metrics_are_those_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(column) for column in zip(*rows, strict=True))
    confusion = confusion_matrix(truth, predicted, LABELS)
    assert confusion.tolist() == sklearn_confusion(truth, predicted, labels=range(LABELS)).tolist()
    assert accuracy(confusion) == pytest.approx(accuracy_score(truth, predicted))
    assert macro_f1(confusion) == pytest.approx(f1_score(truth, predicted, average="macro", zero_division=0))


@settings(deadline=None)
@given(answered_rows)
def test_the_confusion_matrix_sums_to_the_rows(rows: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(column) for column in zip(*rows, strict=True))
    confusion = confusion_matrix(truth, predicted, LABELS)
    assert confusion.sum() == len(rows)
    assert confusion.sum(axis=1).tolist() == [int((truth == label).sum()) for label in range(LABELS)]


@settings(deadline=None)
@given(answered_rows, st.integers(0, 5))
def test_intervals_hold_the_middle_of_the_resamples_and_stay_within_bounds(
    rows: list[tuple[int, int]], seed: int
) -> None:
    truth, predicted = (np.array(column) for column in zip(*rows, strict=True))
    confusion = confusion_matrix(truth, predicted, LABELS)
    for interval in Bootstrap(200, 0.9, seed).intervals(confusion):
        assert 0 <= interval.low <= interval.high <= 1
        assert interval.confidence == 0.9


def test_a_label_that_nobody_named_has_no_f1() -> None:
    f1 = f1_by_label(np.array([[3, 0, 0], [0, 2, 0], [0, 0, 0]]))
    assert f1[:2].tolist() == [1.0, 1.0]
    assert np.isnan(f1[2])


def test_the_same_seed_gives_the_same_intervals_and_another_one_others() -> None:
    confusion = np.array([[40, 9], [7, 33]])
    first, again, other = (Bootstrap(500, 0.95, seed).intervals(confusion) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_drawing_counts_is_drawing_rows() -> None:
    dice = np.random.default_rng(0)
    truth, predicted = dice.integers(0, 3, 120), dice.integers(0, 3, 120)
    by_rows = []
    for _ in range(4000):
        drawn = dice.integers(0, 120, 120)
        by_rows.append(macro_f1(confusion_matrix(truth[drawn], predicted[drawn], 3)))
    _, interval = Bootstrap(4000, 0.95, 0).intervals(confusion_matrix(truth, predicted, 3))
    low, high = np.quantile(by_rows, [0.025, 0.975])
    assert interval.low == pytest.approx(low, abs=0.01)
    assert interval.high == pytest.approx(high, abs=0.01)


def test_intervals_cover_the_true_accuracy_about_as_often_as_they_say() -> None:
    dice = np.random.default_rng(5)
    covered = 0
    for trial in range(600):
        right = int(dice.binomial(300, 0.83))
        confusion = np.array([[right, 300 - right], [0, 0]])
        interval, _ = Bootstrap(400, 0.95, trial).intervals(confusion)
        covered += interval.low <= 0.83 <= interval.high
    assert 0.92 <= covered / 600 <= 0.98
