import json
from pathlib import Path

import pytest
from kfp import dsl

from components.contracts.metrics import Roc, write_classification, write_metrics


def test_numbers_stand_in_the_metadata_and_in_the_file(tmp_path: Path) -> None:
    artifact = dsl.Metrics(name="counts", uri=str(tmp_path / "step" / "counts"))
    write_metrics(artifact, {"rows": 12.0, "accuracy": 0.5})
    assert artifact.metadata == {"rows": 12.0, "accuracy": 0.5}
    assert json.loads(Path(artifact.path).read_text()) == artifact.metadata


def test_a_confusion_matrix_and_a_curve_stand_in_both_too(tmp_path: Path) -> None:
    artifact = dsl.ClassificationMetrics(name="shown", uri=str(tmp_path / "shown"))
    write_classification(artifact, ["fresh", "rotten"], [[3, 1], [2, 4]], Roc([0.0, 1.0], [0.0, 1.0], [1.0, 0.25]))
    shown = json.loads(Path(artifact.path).read_text())
    assert shown == artifact.metadata
    assert [label["displayName"] for label in shown["confusionMatrix"]["annotationSpecs"]] == ["fresh", "rotten"]
    assert shown["confusionMatrix"]["rows"] == [{"row": [3, 1]}, {"row": [2, 4]}]
    assert shown["confidenceMetrics"][1] == {"confidenceThreshold": 0.25, "recall": 1.0, "falsePositiveRate": 1.0}


def test_without_a_curve_there_is_still_the_matrix(tmp_path: Path) -> None:
    artifact = dsl.ClassificationMetrics(name="shown", uri=str(tmp_path / "shown"))
    write_classification(artifact, ["a", "b"], [[1, 0], [0, 1]], None)
    assert set(json.loads(Path(artifact.path).read_text())) == {"confusionMatrix"}


def test_what_json_has_no_word_for_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_metrics(dsl.Metrics(name="counts", uri=str(tmp_path / "counts")), {"rows": float("inf")})
