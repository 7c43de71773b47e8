from pathlib import Path

import pytest
from kfp import dsl

from components.reporting.component import report_run
from components.reporting.story import Inputs, read_story


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def call(inputs: Inputs, page: Path) -> dsl.Metrics:
    artifacts = {name: dsl.Artifact(uri=str(path)) for name, path in vars(inputs).items()}
    metrics = dsl.Metrics(uri=str(page.with_name("metrics")))
    report_run.python_func(**artifacts, code="0", report=dsl.HTML(uri=str(page)), metrics=metrics)
    return metrics


def test_the_component_leaves_the_page_and_its_headlines(inputs: Inputs, tmp_path: Path) -> None:
    metrics = call(inputs, tmp_path / "report").metadata
    card = read_story(inputs).shown.scorecard
    assert metrics["accuracy"] == card.accuracy.value
    assert metrics["mib_on_disk"] == card.bytes_on_disk / 1024**2
    assert metrics.keys() == {"accuracy", "macro_f1", "p50_ms", "speed_up", "mib_on_disk"}
    assert (tmp_path / "report").read_text().startswith("<!DOCTYPE html>")


def test_a_refusal_ends_the_process_with_a_sentence(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inputs.tuned / "tuned_model.json").unlink()
    with pytest.raises(SystemExit) as ended:
        call(inputs, tmp_path / "report")
    assert ended.value.code == 65
    assert "reporting cannot go on:" in capsys.readouterr().err
