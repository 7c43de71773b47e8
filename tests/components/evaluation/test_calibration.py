import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from components.evaluation.calibration import expected_calibration_error, softmax


def confident(confidence: np.ndarray) -> np.ndarray:
    return np.stack([confidence, 1 - confidence], axis=1)


def test_the_error_of_calibrated_predictions_tends_to_zero() -> None:
    dice = np.random.default_rng(0)
    errors = []
    for rows in (100, 10_000, 1_000_000):
        confidence = dice.uniform(0.5, 1, rows)
        truth = (dice.uniform(size=rows) > confidence).astype(np.int64)
        errors.append(expected_calibration_error(confident(confidence), truth))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.002


def test_a_model_that_is_sure_and_wrong_a_quarter_of_the_time_is_off_by_a_quarter() -> None:
    truth = np.array([0, 0, 0, 1])
    assert expected_calibration_error(confident(np.ones(4)), truth) == pytest.approx(0.25)


def test_gaps_of_bins_do_not_cancel() -> None:
    probabilities = confident(np.array([0.95, 0.95, 0.55, 0.55]))
    truth = np.array([0, 1, 0, 0])  # right half of the time at 0.95, always at 0.55
    assert expected_calibration_error(probabilities, truth) == pytest.approx((0.45 + 0.45) / 2)


@settings(deadline=None)
@given(
    arrays(np.float32, (5, 3), elements=st.floats(-1e4, 1e4, width=32)),
    st.lists(st.integers(0, 2), min_size=5, max_size=5),
)
def test_probabilities_sum_to_one_and_the_error_is_a_share(logits: np.ndarray, truth: list[int]) -> None:
    probabilities = softmax(logits)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert 0 <= expected_calibration_error(probabilities, np.array(truth)) <= 1
