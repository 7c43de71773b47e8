"""How far a model's confidence is from how often it is right."""

import numpy as np
from numpy.typing import NDArray

BINS = 15


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return probabilities as (rows, labels)."""
    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def expected_calibration_error(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Return the gap between confidence and accuracy, averaged over rows, between 0 and 1.

    Rows fall into 15 equal-width bins by the probability of the predicted label; each bin's gap is weighted by its rows
    (Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3).

    Args:
        probabilities: as (rows, labels).
        truth: the index of each row's label, as (rows,).

    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(truth))
