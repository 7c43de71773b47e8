"""The ROC curve that KFP's page draws beside the confusion matrix."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.contracts.metrics import Roc

MOST_POINTS = 200


def roc_of(predictions: Path, labels: Sequence[str]) -> Roc | None:
    """Return the one curve that says something about a candidate; None where a rate has nothing to count.

    Of two labels: how well the second label's probability tells its rows from the first one's. Of more, how well the
    probability of the predicted label tells right answers from wrong ones: a curve a label has no place in the one
    artifact, and their micro-average counts each of the many labels that nobody mistakes as a success.

    Args:
        predictions: the Parquet file that evaluation writes: label, predicted, probabilities.
        labels: in the order of the probabilities.

    """
    table = pq.read_table(predictions, columns=["label", "predicted", "probabilities"])
    truth = table["label"].to_numpy()
    probabilities = np.stack(table["probabilities"].to_numpy()).astype(np.float64)
    if len(labels) == 2:
        return roc(truth == labels[1], probabilities[:, 1])
    return roc(truth == table["predicted"].to_numpy(), probabilities.max(axis=1))


def roc(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> Roc | None:
    """Return the curve of `score` as (rows,), in at most `MOST_POINTS` points about equally far apart (Fawcett 2006).

    It begins with a threshold of 1, or just above the largest score: nothing is positive there.
    """
    if positive.all() or not positive.any():
        return None
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    last_of_equals = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    true = np.append(0, np.cumsum(positive)[last_of_equals]) / positive.sum()
    false = np.append(0, np.cumsum(~positive)[last_of_equals]) / (~positive).sum()
    threshold = np.append(max(1.0, np.nextafter(score[0], np.inf)), score[last_of_equals])
    kept = np.unique(np.searchsorted(true + false, np.linspace(0, 2, MOST_POINTS)).clip(max=len(true) - 1))
    return Roc(false[kept].tolist(), true[kept].tolist(), threshold[kept].tolist())
