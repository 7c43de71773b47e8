"""The KFP shells: parameters in, outputs in kfp.local's names, a page; the graph's own test runs them together."""

import json
from pathlib import Path

import pytest
from kfp import dsl
from mlflow import MlflowClient

from components.contracts.events import EVENTS
from components.retraining.component import check_reason, end_retraining, name_version
from components.retraining.record import journal_of, read_record
from tests.components.retraining.models import DATA, NAME, OTHER_DATA, register, registration

SOURCE = json.dumps({"md5": DATA})


@pytest.fixture(autouse=True)
def of_a_run(tracking: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BESSEMER_RUN_ID", "mine")
    monkeypatch.setenv(EVENTS, str(tmp_path / "events.jsonl"))


def check(page: Path, **settings: object) -> tuple[bool, dict[str, object], dict[str, object]]:
    base = {"source": "https://me:secret@host/base"}
    asked = {"preset": "smoke", "model_ingestion": {"source": "https://host/base"}}
    why = dsl.Markdown(uri=str(page))
    begins, start, kept = check_reason.python_func(SOURCE, base, {"name": NAME}, settings, "", asked, why)
    return begins, start, kept


def events(tmp_path: Path, name: str) -> list[dict[str, object]]:
    told = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    return [event for event in told if event["event"] == name]


def test_from_the_reason_to_the_end(client: MlflowClient, tmp_path: Path) -> None:
    begins, start, asked = check(tmp_path / "page", max_failures=3.0)
    assert (begins, start["source"]) == (True, "https://me:secret@host/base")
    assert asked == {"preset": "smoke", "model_ingestion": {"source": "https://host/base"}}
    assert "# sentiment is trained again\n\nthere is no version of it yet" in (tmp_path / "page").read_text()
    built = registration(client, tmp_path / "built", register(client, run="mine"))
    assert name_version.python_func(dsl.Artifact(uri=str(built))) == ("1", NAME)
    end_retraining.python_func({"name": NAME})
    (attempt,) = read_record(journal_of(client, NAME)).attempts
    assert attempt.built
    assert [event["path"] for event in events(tmp_path, "registration")] == [str(built)]


def test_what_is_kept_names_the_champion_where_that_is_trained_further(client: MlflowClient, tmp_path: Path) -> None:
    register(client, OTHER_DATA)
    client.set_registered_model_alias(NAME, "champion", "1")
    _, start, asked = check(tmp_path / "page", start_from="champion")
    assert start == {"source": f"models:/{NAME}/1"}
    assert asked == {"preset": "smoke", "model_ingestion": start}


def test_no_reason_is_told_wherever_people_look(client: MlflowClient, tmp_path: Path) -> None:
    register(client)
    assert check(tmp_path / "page")[0] is False
    assert "# sentiment is not trained again\n\nno reason: version 1" in (tmp_path / "page").read_text()
    (run,) = client.search_runs(["0"])
    assert run.data.tags["bessemer.retraining"].startswith("does not begin: no reason: version 1")
    (told,) = events(tmp_path, "retraining")
    assert told["begins"] is False
    end_retraining.python_func({"name": NAME})
    assert read_record(journal_of(client, NAME)).attempts == []


def test_the_page_shows_how_the_last_ones_ended(client: MlflowClient, tmp_path: Path) -> None:
    register(client, OTHER_DATA)
    check(tmp_path / "page")
    end_retraining.python_func({"name": NAME})
    assert check(tmp_path / "page", cooldown_hours=3.0)[0] is False
    shown = (tmp_path / "page").read_text()
    assert "But the last training ended on" in shown
    assert "| failed | 0.00 | a step failed that left no word in MLflow" in shown


def test_without_a_server_it_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(SystemExit) as ended:
        check(tmp_path / "page")
    assert ended.value.code == 65
    assert "MLFLOW_TRACKING_URI: found nothing" in capsys.readouterr().err
