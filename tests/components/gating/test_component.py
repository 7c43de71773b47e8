from pathlib import Path

import pytest
from kfp import dsl

from components.contracts.decision import Decision
from components.contracts.folders import read_manifest
from components.gating.component import decide_promotion
from components.gating.pairs import Pairs
from tests.components.gating.conftest import contest


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def run(comparison: Path, settings: dict[str, object], folder: Path) -> tuple[dsl.Artifact, dsl.Metrics]:
    decision = dsl.Artifact(name="decision", uri=str(folder / "decision"))
    report = dsl.HTML(name="report", uri=str(folder / "report"))
    metrics = dsl.Metrics(name="metrics", uri=str(folder / "metrics"))
    read = dsl.Artifact(name="comparison", uri=str(comparison))
    decide_promotion.python_func(read, settings, "0", decision, report, metrics)
    return decision, metrics


def test_the_component_leaves_the_decision_its_page_and_its_numbers(comparison: Path, tmp_path: Path) -> None:
    decision, metrics = run(comparison, {"resamples": 1000.0}, tmp_path)
    assert read_manifest(tmp_path / "decision", Decision).why == decision.metadata["why"]
    assert decision.metadata["verdict"] == "passed"
    assert metrics.metadata["passed"] == 1.0
    assert (tmp_path / "report").read_text().startswith("<!DOCTYPE html>")


def test_a_challenger_that_does_not_pass_is_no_failed_task(tmp_path: Path) -> None:
    decision, metrics = run(contest(Pairs(1066, 12, 60)).write(tmp_path / "comparison"), {}, tmp_path)
    assert (decision.metadata["verdict"], metrics.metadata["passed"]) == ("failed", 0.0)


def test_a_refusal_ends_the_process_with_a_sentence(
    comparison: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(comparison, {"margin": 2}, tmp_path)
    assert ended.value.code == 65
    assert "gating.margin: found a key that does not exist" in capsys.readouterr().err
