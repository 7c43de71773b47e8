from pathlib import Path

import pytest
from kfp import dsl

from components.contracts.choice import Choice
from components.contracts.folders import read_manifest
from components.selection.component import select_candidate


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_the_component_leaves_the_choice_and_its_page(scorecards: list[Path], tmp_path: Path) -> None:
    """Its body alone; the runner's side, a list of artifacts from a loop, is in the pipeline's own test."""
    choice = dsl.Artifact(name="choice", uri=str(tmp_path / "choice"))
    report = dsl.HTML(name="report", uri=str(tmp_path / "report"))
    cards = [dsl.Artifact(name="scorecard", uri=str(folder)) for folder in scorecards]
    metrics = dsl.Metrics(name="metrics", uri=str(tmp_path / "metrics"))
    select_candidate.python_func(cards, {"max_quality_drop": 1.0}, "0", choice, report, metrics)
    assert read_manifest(tmp_path / "choice", Choice).chosen == choice.metadata["chosen"] == "int8-dynamic"
    assert metrics.metadata["within_budgets"] == 2
    assert (tmp_path / "report").read_text().startswith("<!DOCTYPE html>")


def test_a_refusal_ends_the_process_with_a_sentence(
    scorecards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = (dsl.Metrics(name=name, uri=str(tmp_path / name)) for name in ("choice", "report", "metrics"))
    with pytest.raises(SystemExit) as ended:
        select_candidate.python_func([], {"max_drop": 1.0}, "0", *outputs)
    assert ended.value.code == 65
    assert "selection.max_drop: found a key that does not exist" in capsys.readouterr().err
