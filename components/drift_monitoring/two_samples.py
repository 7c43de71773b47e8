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
    """Compare where the texts lie in the model's eyes.

    The statistic is the coefficient of discrimination (Tjur 2009): the mean score of the batch's rows less that of the
    reference's. It sees a few rows that are far away, which the area under the ROC curve hardly does.
    """
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
    differences = _difference_of_means(left_out, members)
    p_value = float(np.mean(differences >= differences[0]))
    sentence = (
        f"a classifier that looks for the batch gives its texts {100 * differences[0]:+.1f} points against the "
        f"reference's; by chance {100 * np.quantile(differences[1:], 0.95):+.1f} or more in one of 20 batches"
    )
    answer = Answer(
        "representation", "input", "coefficient of discrimination", float(differences[0]), p_value, sentence
    )
    return Told(answer, left_out[len(reference) :, 0])


def _difference_of_means(scores: NDArray[np.float64], members: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean score of the members less that of the others, a column each."""
    inside, all_scores = (scores * members).sum(axis=0), scores.sum(axis=0)
    positive = members[:, 0].sum()
    return np.asarray(inside / positive - (all_scores - inside) / (len(members) - positive))
