from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.decision import Decision
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest
from components.contracts.tracking import StepRun
from components.gating.config import GatingSettings
from components.gating.decide import decide, metrics_of
from components.gating.pairs import Pairs
from tests.components.gating.conftest import Contender, Contest, answers, contest

DEFAULTS = GatingSettings(resamples=1000)


def test_the_decision_and_its_page_are_written(comparison: Path, tmp_path: Path) -> None:
    decision = decide(comparison, DEFAULTS, tmp_path / "decision", tmp_path / "report", StepRun())
    assert read_manifest(tmp_path / "decision", Decision) == decision
    assert (tmp_path / "decision" / Decision.PAGE).read_text() == (tmp_path / "report").read_text()
    assert sorted(path.name for path in (tmp_path / "decision").iterdir()) == ["decision.html", "decision.json"]


def test_one_that_does_not_pass_is_a_decision_too(tmp_path: Path) -> None:
    comparison = contest(Pairs(1066, 12, 60)).write(tmp_path / "comparison")
    decision = decide(comparison, DEFAULTS, tmp_path / "decision", tmp_path / "report", StepRun())
    assert not read_manifest(tmp_path / "decision", Decision).passed
    assert metrics_of(decision)["checks_against"] == 1


def test_a_refusal_leaves_nothing_behind(tmp_path: Path) -> None:
    challenger, champion = answers(Pairs(40, 3, 2))
    itself = Contest(Contender(5, challenger), Contender(5, champion)).write(tmp_path / "comparison")
    with pytest.raises(BadInput):
        decide(itself, DEFAULTS, tmp_path / "decision", tmp_path / "report", StepRun())
    assert [path.name for path in tmp_path.iterdir()] == ["comparison"]


def test_mlflow_has_the_verdict_the_numbers_and_the_page(comparison: Path, tmp_path: Path, tracking: str) -> None:
    client = MlflowClient(tracking)
    run_id = client.create_run("0").info.run_id
    run = StepRun(client, run_id, run_id, "0")
    decision = decide(comparison, DEFAULTS, tmp_path / "decision", tmp_path / "report", run)
    logged = client.get_run(run_id).data
    assert logged.tags["verdict"] == "passed"
    assert logged.tags["why"] == decision.why
    assert logged.params == {"rule": "non_inferior", "margin_points": "1.0", "alpha": "0.05"}
    assert logged.metrics == metrics_of(decision)
    assert logged.metrics["difference_points"] == 0.5
    assert {file.path for file in client.list_artifacts(run_id)} == {"decision.html", "decision"}


def test_without_a_champion_no_difference_is_a_metric(tmp_path: Path) -> None:
    alone = Contest(Contender(1, answers(Pairs(500, 0, 0))[0]), None).write(tmp_path / "comparison")
    decision = decide(alone, DEFAULTS, tmp_path / "decision", tmp_path / "report", StepRun())
    assert metrics_of(decision) == {"passed": 1.0, "checks": 1, "checks_against": 0, "rows": 500}
