"""Who is told of a drift: MLflow, the model's tag, Prometheus, the watcher, and the webhook."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.drift import Drift
from components.contracts.events import EVENTS
from components.contracts.faults import Unwritable
from components.contracts.folders import write_manifest
from components.contracts.tracking import StepRun, step_run
from components.drift_monitoring.announce import TAG, announce
from components.drift_monitoring.config import DriftSettings
from components.drift_monitoring.exposition import exposition
from components.drift_monitoring.webhook import ADDRESS
from tests.components.drift_monitoring.found import DRIFT
from tests.components.drift_monitoring.test_webhook import Receiver, receiver  # noqa: F401 - a fixture


def written(folder: Path, drift: Drift = DRIFT) -> Path:
    folder.mkdir()
    (folder / Drift.PAGE).write_text("<!DOCTYPE html>")
    (folder / Drift.EXPOSITION).write_text(exposition(drift))
    write_manifest(folder, drift)
    return folder


@pytest.fixture
def model(client: MlflowClient) -> MlflowClient:
    client.create_registered_model("sentiment")
    return client


def test_mlflow_keeps_the_numbers_the_files_and_the_newest_result(
    model: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    whole = model.create_run(model.create_experiment("monitoring")).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", whole)
    before = time.time()
    with step_run("drift_monitoring/announcement") as run:
        assert announce(model, written(tmp_path / "drift"), DriftSettings(), run) == DRIFT
    for run_id in (run.run_id, whole):
        kept = model.get_run(run_id).data
        assert kept.metrics["drift/alarm"] == 1
        assert kept.metrics["drift/tokens_p_value"] == 0.001
        assert kept.metrics["drift/accuracy_statistic"] == -2.5
        assert kept.params["version"] == "3"
        assert kept.tags["drift"] == "alarm"
        names = {artifact.path for artifact in model.list_artifacts(run_id, "drift")}
        assert names == {"drift/drift.json", "drift/drift.html", "drift/drift.prom"}
    said = json.loads(model.get_registered_model("sentiment").tags[TAG])
    assert before <= said.pop("time") <= time.time()
    assert said == {"alarm": True, "version": 3, "run_id": whole, "why": DRIFT.why}


def test_the_tag_speaks_of_the_newest_monitoring(model: MlflowClient, tmp_path: Path) -> None:
    announce(model, written(tmp_path / "one"), DriftSettings(), StepRun())
    quiet = replace(DRIFT, alarm=False, why="none of 3 tests found drift")
    announce(model, written(tmp_path / "two", quiet), DriftSettings(), StepRun())
    assert json.loads(model.get_registered_model("sentiment").tags[TAG])["alarm"] is False


def test_retraining_reads_the_tag(model: MlflowClient, tmp_path: Path) -> None:
    from components.retraining.registered import look_up

    announce(model, written(tmp_path / "drift"), DriftSettings(), StepRun())
    found = look_up(model, "sentiment").drift
    assert found is not None
    assert (found.alarm, found.why) == (True, DRIFT.why)


def test_prometheus_finds_the_file_where_it_looks(model: MlflowClient, tmp_path: Path) -> None:
    folder = tmp_path / "textfiles"
    folder.mkdir()
    settings = DriftSettings(textfile_folder=str(folder))
    announce(model, written(tmp_path / "drift"), settings, StepRun())
    assert [path.name for path in folder.iterdir()] == ["bessemer_drift_sentiment.prom"]
    assert (folder / "bessemer_drift_sentiment.prom").read_text() == exposition(DRIFT)
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable):
        announce(model, tmp_path / "drift", DriftSettings(textfile_folder=str(tmp_path / "file")), StepRun())


def test_the_webhook_is_told_of_an_alarm_and_of_no_text(
    model: MlflowClient,
    tmp_path: Path,
    receiver: Receiver,  # noqa: F811
) -> None:
    announce(model, written(tmp_path / "one", replace(DRIFT, alarm=False)), DriftSettings(), StepRun())
    assert receiver.received == []
    announce(model, written(tmp_path / "two"), DriftSettings(), StepRun())
    ((_, _, body),) = receiver.received
    said = json.loads(body)
    assert (said["model"], said["version"], said["why"], said["drifted"]) == ("sentiment", 3, DRIFT.why, ["tokens"])
    assert "reset" not in body.decode()


def test_a_webhook_that_refuses_is_a_warning(
    model: MlflowClient,
    tmp_path: Path,
    receiver: Receiver,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    receiver.statuses = [404]
    monkeypatch.setenv(EVENTS, str(tmp_path / "events.jsonl"))
    assert announce(model, written(tmp_path / "drift"), DriftSettings(), StepRun()).alarm
    (event,) = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert (event["event"], event["detail"]) == ("warned", "announcement")
    assert event["sentences"][0] == DRIFT.why
    assert "found the answer 404" in event["sentences"][1]
    assert "found the answer 404" in capsys.readouterr().err
