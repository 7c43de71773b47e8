"""Everything that the logits and the truth say about a candidate's quality."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.contracts.scorecard import Interval, Slice
from components.evaluation.calibration import expected_calibration_error, softmax
from components.evaluation.config import EvaluationSettings
from components.evaluation.confusion import Bootstrap, Counts, confusion_matrix
from components.evaluation.held_out import HeldOut
from components.evaluation.slices import label_slices, length_slices


@dataclass(frozen=True)
class Quality:
    """One candidate's quality on the held-out rows."""

    predicted: Counts
    """The index of each row's predicted label, as (rows,)."""
    probabilities: NDArray[np.float64]
    """As (rows, labels)."""
    confusion: Counts
    """As (labels, labels): rows of truth, columns of prediction."""
    accuracy: Interval
    macro_f1: Interval
    calibration_error: float
    slices: list[Slice]


def judge(
    logits: NDArray[np.float32], held_out: HeldOut, labels: Sequence[str], settings: EvaluationSettings
) -> Quality:
    """Return the quality of finite `logits` as (rows, labels)."""
    probabilities = softmax(logits)
    predicted = np.asarray(logits.argmax(axis=1), dtype=np.int64)
    confusion = confusion_matrix(held_out.truth, predicted, len(labels))
    accuracy, macro_f1 = Bootstrap(settings.resamples, settings.confidence, settings.seed).intervals(confusion)
    lengths = length_slices(held_out.lengths, held_out.truth, predicted, len(labels), settings.length_bands)
    return Quality(
        predicted=predicted,
        probabilities=probabilities,
        confusion=confusion,
        accuracy=accuracy,
        macro_f1=macro_f1,
        calibration_error=expected_calibration_error(probabilities, held_out.truth),
        slices=[*label_slices(confusion, labels), *lengths],
    )
