"""Accuracy and macro F1 with bootstrap intervals, all of them from confusion counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.contracts.scorecard import Interval

Counts = NDArray[np.int64]


def confusion_matrix(truth: Counts, predicted: Counts, labels: int) -> Counts:
    """Return how often each label was taken for which, as (labels, labels): rows of truth, columns of prediction."""
    return np.bincount(truth * labels + predicted, minlength=labels * labels).reshape(labels, labels)


def accuracy(confusion: Counts) -> float:
    """Return the share of rows on the diagonal; `confusion` holds at least one row."""
    return float(np.trace(confusion) / confusion.sum())


def f1_by_label(confusion: Counts) -> NDArray[np.float64]:
    """Return F1 as (labels,); NaN for a label that stands neither in truth nor in prediction."""
    return _f1(np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0))


def macro_f1(confusion: Counts) -> float:
    """Return the mean F1 of the labels that stand in truth or in prediction, as scikit-learn does."""
    return float(np.nanmean(f1_by_label(confusion)))


def _f1(right: Counts, true: Counts, predicted: Counts) -> NDArray[np.float64]:
    total = true + predicted
    return np.where(total > 0, 2.0 * right / np.maximum(total, 1), np.nan)


@dataclass(frozen=True)
class Bootstrap:
    """The plain percentile bootstrap (Efron 1979; Efron and Tibshirani 1993, chapter 13)."""

    resamples: int
    confidence: float
    seed: int

    def intervals(self, confusion: Counts) -> tuple[Interval, Interval]:
        """Return accuracy and macro F1 with their intervals.

        Rows drawn with replacement fall into the cells of the confusion matrix as a multinomial with the observed
        shares, and both metrics depend on those counts alone. So counts are drawn instead of rows: the same
        distribution, at a cost that does not grow with the rows.
        """
        truth, predicted = np.nonzero(confusion)
        rows = int(confusion.sum())
        shares = confusion[truth, predicted] / rows
        draws = np.random.default_rng(self.seed).multinomial(rows, shares, size=self.resamples)
        labels = np.arange(len(confusion))
        in_truth = (truth[:, None] == labels).astype(np.int64)
        in_prediction = (predicted[:, None] == labels).astype(np.int64)
        right = draws @ (in_truth * in_prediction)
        accuracies = right.sum(axis=1) / rows
        f1 = np.nanmean(_f1(right, draws @ in_truth, draws @ in_prediction), axis=1)
        return self._interval(accuracy(confusion), accuracies), self._interval(macro_f1(confusion), f1)

    def _interval(self, value: float, resampled: NDArray[np.float64]) -> Interval:
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(resampled, [tail, 1 - tail])
        return Interval(value, float(low), float(high), self.confidence)
