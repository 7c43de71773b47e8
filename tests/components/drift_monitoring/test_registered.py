"""Which version is meant, and that nothing is used whose bytes are not those that were registered."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlparse

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable
from components.contracts.reference import Reference
from components.contracts.tracking import named_server
from components.drift_monitoring.registered import fetch_candidate, fetch_reference, find_version
from components.drift_monitoring.resolve import resolve
from components.drift_monitoring.subject import Subject


@pytest.fixture
def subject(registered: MlflowClient, batch: Path) -> Subject:
    return resolve("sentiment", "", str(batch))


def place(client: MlflowClient, subject: Subject) -> Path:
    return Path(urlparse(client.get_run(subject.run_id).info.artifact_uri).path)


def test_the_champion_is_meant_before_the_challenger(registered: MlflowClient) -> None:
    assert find_version(registered, "sentiment", "").number == 1
    first = registered.get_model_version("sentiment", "1")
    registered.create_model_version("sentiment", first.source, first.run_id, tags=first.tags)
    registered.set_registered_model_alias("sentiment", "champion", "2")
    assert find_version(registered, "sentiment", "").number == 2
    assert find_version(registered, "sentiment", "1").number == 1


def test_what_is_not_there_is_named(registered: MlflowClient) -> None:
    with pytest.raises(BadInput, match="the model films: found no such model"):
        find_version(registered, "films", "")
    with pytest.raises(BadInput, match="version 7 of sentiment: found no such version; expected one of 1"):
        find_version(registered, "sentiment", "7")
    registered.delete_registered_model_alias("sentiment", "challenger")
    with pytest.raises(BadInput, match="sentiment: found neither a champion nor a challenger"):
        find_version(registered, "sentiment", "")
    registered.delete_model_version_tag("sentiment", "1", "candidate_sha256")
    with pytest.raises(BadInput, match="one that Bessemer did not register"):
        find_version(registered, "sentiment", "1")


def test_no_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(BadInput, match="MLFLOW_TRACKING_URI: found nothing"):
        named_server()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(Unavailable):
        find_version(named_server(), "sentiment", "")


@pytest.mark.parametrize("file", ["candidate.json", "model.onnx", "tokenizer.json"])
def test_a_changed_model_is_refused(registered: MlflowClient, subject: Subject, tmp_path: Path, file: str) -> None:
    path = place(registered, subject) / "model/artifacts/candidate" / file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadInput, match="changed"):
        fetch_candidate(registered, subject, tmp_path)


@pytest.mark.parametrize("file", [Reference.FILE, Reference.HELD_OUT])
def test_a_reference_that_is_gone_is_refused(
    registered: MlflowClient, subject: Subject, tmp_path: Path, file: str
) -> None:
    (place(registered, subject) / Reference.FOLDER / file).unlink()
    with pytest.raises(BadInput, match=rf"{file}|no {Reference.FILE}"):
        fetch_reference(registered, subject, tmp_path)


def test_a_changed_reference_is_refused(registered: MlflowClient, subject: Subject, tmp_path: Path) -> None:
    path = place(registered, subject) / Reference.FOLDER / Reference.HELD_OUT
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadInput, match=r"held_out\.parquet: found sha256"):
        fetch_reference(registered, subject, tmp_path)


def test_a_reference_of_another_model_is_refused(registered: MlflowClient, subject: Subject, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="answers of model"):
        fetch_reference(registered, replace(subject, candidate_sha256="0" * 64), tmp_path)


def test_a_version_without_a_reference_is_refused(registered: MlflowClient, subject: Subject, tmp_path: Path) -> None:
    run = registered.create_run(registered.get_run(subject.run_id).info.experiment_id)
    with pytest.raises(BadInput, match="the reference of version 1 of sentiment: found nothing at"):
        fetch_reference(registered, replace(subject, run_id=run.info.run_id), tmp_path)
