"""Whether a classifier can tell the batch from the reference, by where the model sees their texts.

A classifier two-sample test (Lopez-Paz & Oquab 2017, "Revisiting classifier two-sample tests"): if both are of one
kind, no classifier does better on unseen rows than by chance. The classifier here is ridge regression. Its answer for a
row that was left out has a closed form, and depends on who is who by one product with a matrix: so each permutation
trains anew, as often as there are rows, and the p-value is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.stats import rankdata

from components.drift_monitoring.question import PERMUTATIONS, Answer
from components.drift_monitoring.sample import Sample

_RIDGE = 0.1
"""The penalty a row, in units of a feature's variance."""


@dataclass(frozen=True)
class Told:
    """What came of telling the two apart."""

    answer: Answer
    strangeness: NDArray[np.float64]
    """How much each row of the batch looks like the batch and not like the reference, to a classifier without it."""


def representation(reference: Sample, batch: Sample, dice: np.random.Generator) -> Told:
    """Compare where the texts lie in the model's eyes; the statistic is the area under the ROC curve."""
    features = np.concatenate([reference.representation, batch.representation]).astype(np.float64)
    features -= features.mean(axis=0)
    features /= np.maximum(features.std(axis=0), 1e-9)
    rows, width = features.shape
    # the hat matrix of ridge regression is features @ weights
    weights = solve(features.T @ features + _RIDGE * rows * np.eye(width), features.T, assume_a="pos")
    leverage = np.einsum("ij,ji->i", features, weights)[:, None]
    is_batch = np.repeat([0.0, 1.0], [len(reference), len(batch)])
    members = np.stack([is_batch, *(dice.permutation(is_batch) for _ in range(PERMUTATIONS))], axis=1)
    centred = members - is_batch.mean()
    left_out = (features @ (weights @ centred) - leverage * centred) / (1 - leverage)
    areas = _areas(left_out, members)
    p_value = float(np.mean(areas >= areas[0]))
    sentence = (
        f"a classifier ranks a text of the batch above one of the reference in {areas[0]:.1%} of the pairs; "
        f"by chance in {np.quantile(areas[1:], 0.025):.1%} to {np.quantile(areas[1:], 0.975):.1%}"
    )
    answer = Answer("representation", "input", "area under the ROC curve", float(areas[0]), p_value, sentence)
    return Told(answer, left_out[len(reference) :, 0])


def _areas(scores: NDArray[np.float64], members: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area under the ROC curve of each column, from the sum of the members' ranks."""
    positive = members[:, 0].sum()
    negative = len(members) - positive
    ranks = (rankdata(scores, axis=0) * members).sum(axis=0)
    return np.asarray((ranks - positive * (positive + 1) / 2) / (positive * negative))
