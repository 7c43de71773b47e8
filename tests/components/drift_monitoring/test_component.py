"""The shells' bodies, one after the other; the runner's side is in the pipeline's own test."""

import json
from pathlib import Path

import pytest
from kfp import dsl
from mlflow import MlflowClient

from components.contracts.drift import Drift
from components.contracts.folders import read_manifest
from components.drift_monitoring.announce import TAG
from components.drift_monitoring.component import announce_drift, measure_drift, resolve_batch


def test_from_names_to_the_tag(registered: MlflowClient, drifted_batch: Path, tmp_path: Path) -> None:
    subject = resolve_batch.python_func("sentiment", "", str(drifted_batch))
    assert json.loads(subject)["version"] == 1
    drift = dsl.Artifact(name="drift", uri=str(tmp_path / "drift"))
    report = dsl.HTML(name="report", uri=str(tmp_path / "report"))
    metrics = dsl.Metrics(name="metrics", uri=str(tmp_path / "metrics"))
    measure_drift.python_func(subject, "text", "", {"rows": 200.0}, "0", drift, report, metrics)
    assert read_manifest(tmp_path / "drift", Drift).why == drift.metadata["why"]
    assert metrics.metadata["alarm"] == 1.0
    assert metrics.metadata["rows"] == 200
    assert (tmp_path / "report").read_text().startswith("<!DOCTYPE html>")
    assert TAG not in registered.get_registered_model("sentiment").tags, "measuring tells nobody"
    assert announce_drift.python_func(drift, {}) is True
    assert json.loads(registered.get_registered_model("sentiment").tags[TAG])["alarm"] is True


def test_a_refusal_ends_the_process_with_a_sentence(
    registered: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        resolve_batch.python_func("sentiment", "", str(tmp_path / "nothing.csv"))
    assert ended.value.code == 65
    assert "nothing.csv: found No such file or directory; expected a file with texts" in capsys.readouterr().err
