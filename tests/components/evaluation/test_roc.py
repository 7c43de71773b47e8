"""The curve against scikit-learn's, and where there is none."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import auc, roc_auc_score, roc_curve

from components.evaluation.roc import MOST_POINTS, roc, roc_of


@pytest.mark.parametrize("decimals", [1, 6])
def test_it_is_scikit_learns_curve_with_a_finite_first_threshold(decimals: int) -> None:
    dice = np.random.default_rng(0)
    positive = dice.random(80) < 0.4
    score = np.round(dice.random(80) * 0.6 + positive * 0.3, decimals)
    found = roc(positive, score)
    assert found
    false, true, threshold = roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_allclose(found.false_positive_rate, false)
    np.testing.assert_allclose(found.true_positive_rate, true)
    np.testing.assert_allclose(found.threshold[1:], threshold[1:])
    assert found.threshold[0] == 1.0


def test_many_rows_give_few_points_and_the_same_area() -> None:
    dice = np.random.default_rng(1)
    positive = dice.random(50_000) < 0.5
    score = dice.normal(positive, 1.0)
    found = roc(positive, score)
    assert found
    assert len(found.threshold) <= MOST_POINTS
    assert (found.false_positive_rate[0], found.true_positive_rate[0]) == (0, 0)
    assert (found.false_positive_rate[-1], found.true_positive_rate[-1]) == (1, 1)
    area = auc(found.false_positive_rate, found.true_positive_rate)
    assert area == pytest.approx(roc_auc_score(positive, score), abs=1e-3)


def test_a_certain_model_has_a_finite_threshold_above_certainty() -> None:
    found = roc(np.array([True, False]), np.array([1.0, 1.0]))
    assert found
    assert found.threshold[0] > 1.0
    assert json.dumps(found.threshold, allow_nan=False)


@pytest.mark.parametrize("positive", [True, False])
def test_one_kind_of_row_alone_has_no_curve(positive: bool) -> None:
    assert roc(np.array([positive, positive]), np.array([0.1, 0.2])) is None


def write(path: Path, label: list[str], predicted: list[str], probabilities: list[list[float]]) -> Path:
    column = pa.array(probabilities, pa.list_(pa.float32()))
    pq.write_table(pa.table({"label": label, "predicted": predicted, "probabilities": column}), path)
    return path


def test_of_two_labels_the_second_ones_probability_is_the_score(tmp_path: Path) -> None:
    path = write(tmp_path / "p", ["b", "a", "b"], ["b", "a", "a"], [[0.25, 0.75], [0.875, 0.125], [0.5, 0.5]])
    found = roc_of(path, ["a", "b"])
    assert found
    assert found.threshold == [1.0, 0.75, 0.5, 0.125]
    assert found.true_positive_rate == [0.0, 0.5, 1.0, 1.0]


def test_of_more_labels_the_confidence_tells_right_from_wrong(tmp_path: Path) -> None:
    shares = [[0.75, 0.125, 0.125], [0.25, 0.5, 0.25], [0.375, 0.375, 0.25]]
    path = write(tmp_path / "p", ["a", "c", "a"], ["a", "b", "a"], shares)
    found = roc_of(path, ["a", "b", "c"])
    assert found
    assert found.threshold == [1.0, 0.75, 0.5, 0.375]
    assert found.true_positive_rate == [0.0, 0.5, 0.5, 1.0]
    assert found.false_positive_rate == [0.0, 0.0, 1.0, 1.0]
