import json
from pathlib import Path

import pytest
from kfp import dsl, local

from components.contracts.folders import read_manifest
from components.contracts.scorecard import Scorecard
from components.evaluation.component import evaluate_candidate
from tests.components.evaluation.conftest import Evaluated


def imported(folder: Path, kind: type) -> dsl.Artifact:
    return dsl.importer(artifact_uri=str(folder), artifact_class=kind, reimport=True).output


@pytest.mark.slow
def test_the_component_leaves_a_scorecard_metrics_and_a_page(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    onnx_candidate_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path))
    settings = {"sizes": [[1, 8]], "seconds_per_size": 0.01, "min_calls": 1, "rounds": 1}

    @dsl.pipeline
    def alone() -> dsl.Artifact:
        evaluated = evaluate_candidate(
            candidate=imported(onnx_candidate_folder, dsl.Model),
            tuned=imported(tuned_folder, dsl.Model),
            dataset=imported(dataset_folder, dsl.Dataset),
            settings=settings,
            code="0",
        )
        return evaluated.outputs["scorecard"]

    output = alone().output
    card = read_manifest(Path(output.path), Scorecard)
    assert output.metadata["recipe"] == card.recipe == "onnx-fp32"
    assert json.loads(json.dumps(output.metadata))["accuracy"] == card.accuracy.value
    assert list(tmp_path.rglob("report*"))


def test_the_body_leaves_the_numbers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    onnx_evaluated: Evaluated,
    onnx_candidate_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
) -> None:
    """Without the runner, and with a candidate that was measured already."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("components.evaluation.evaluate.evaluate", lambda *_: onnx_evaluated.card)
    inputs = (onnx_candidate_folder, tuned_folder, dataset_folder)
    models = [dsl.Artifact(name="in", uri=str(folder)) for folder in inputs]
    scorecard, report = dsl.Artifact(uri=str(onnx_evaluated.folder)), dsl.HTML(uri=str(tmp_path / "html"))
    metrics = dsl.Metrics(uri=str(tmp_path / "metrics"))
    classification = dsl.ClassificationMetrics(uri=str(tmp_path / "classification"))
    evaluate_candidate.python_func(*models, {}, "0", scorecard, metrics, classification, report)
    assert scorecard.metadata["recipe"] == "onnx-fp32"
    assert metrics.metadata["accuracy"] == onnx_evaluated.card.accuracy.value
    shown = json.loads((tmp_path / "classification").read_text())
    assert shown == classification.metadata
    assert [row["row"] for row in shown["confusionMatrix"]["rows"]] == onnx_evaluated.card.confusion
    assert shown["confidenceMetrics"][0] == {"confidenceThreshold": 1.0, "recall": 0.0, "falsePositiveRate": 0.0}
