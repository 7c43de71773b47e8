"""A step's numbers as KFP's pages show them: in an artifact's metadata, and the same in a file.

KFP itself writes no file for metrics. Its local cache takes an artifact without one for lost, and would run the step
again each time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from components.contracts.folders import write_text_whole


class MetricsArtifact(Protocol):
    """What is used here of `kfp.dsl.Metrics`."""

    path: str
    metadata: dict[str, Any]

    def log_metric(self, metric: str, value: float) -> None:
        """Take one number."""


class ClassificationArtifact(Protocol):
    """What is used here of `kfp.dsl.ClassificationMetrics`."""

    path: str
    metadata: dict[str, Any]

    def log_confusion_matrix(self, categories: list[str], matrix: list[list[int]]) -> None:
        """Take the whole matrix, rows of truth."""

    def log_roc_curve(self, fpr: list[float], tpr: list[float], threshold: list[float]) -> None:
        """Take the whole curve."""


@dataclass(frozen=True)
class Roc:
    """A receiver operating characteristic, from (0, 0) to (1, 1)."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]
    threshold: list[float]
    """The score from which on a row counts as positive; finite, as JSON knows no infinity."""


def write_metrics(artifact: MetricsArtifact, values: Mapping[str, float]) -> None:
    """Write numbers by name.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    for name, value in values.items():
        artifact.log_metric(name, value)
    _write_file(artifact)


def write_classification(
    artifact: ClassificationArtifact, labels: Sequence[str], confusion: Sequence[Sequence[int]], roc: Roc | None
) -> None:
    """Write a confusion matrix, rows of truth and columns of prediction, and a ROC curve where there is one.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    artifact.log_confusion_matrix(list(labels), [list(row) for row in confusion])
    if roc:
        artifact.log_roc_curve(roc.false_positive_rate, roc.true_positive_rate, roc.threshold)
    _write_file(artifact)


def _write_file(artifact: MetricsArtifact | ClassificationArtifact) -> None:
    write_text_whole(Path(artifact.path), json.dumps(artifact.metadata, indent=2, allow_nan=False) + "\n")
