"""Where the file comes from: this machine, or a real S3 server; and what fails is said without a secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.contracts.faults import BadInput, Refusal, Unavailable
from components.drift_monitoring.source import fetch_file
from tests.servers import PASSWORD, S3, free_ports, seaweedfs


def refused(kind: type[Refusal], texts: str, scratch: Path) -> str:
    with pytest.raises(kind) as caught:
        fetch_file(texts, scratch)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_a_file_of_this_machine_is_used_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "batch.csv").write_text("text\n")
    assert fetch_file(str(tmp_path / "batch.csv"), tmp_path) == tmp_path / "batch.csv"
    assert "no.csv: found No such file" in refused(BadInput, str(tmp_path / "no.csv"), tmp_path)
    assert "found Is a directory" in refused(BadInput, str(tmp_path), tmp_path)


def test_other_addresses_are_refused_without_their_password(tmp_path: Path) -> None:
    said = refused(BadInput, f"https://me:{PASSWORD}@example.com/batch.csv", tmp_path)
    assert "found https://example.com/batch.csv; expected a path or s3://bucket/key" in said
    for texts in ("s3://", "s3://bucket", "s3://bucket/folder/"):
        assert "expected s3://bucket/key" in refused(BadInput, texts, tmp_path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with seaweedfs(tmp_path_factory.mktemp("s3"), "texts") as server:
        yield server


@pytest.mark.slow
def test_an_object_is_fetched(server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.client().put_object(Bucket="texts", Key="new/batch.csv.gz", Body=b"bytes")
    file = fetch_file("s3://texts/new/batch.csv.gz", tmp_path)
    assert (file.name, file.read_bytes()) == ("batch.csv.gz", b"bytes")
    assert "the answer 404" in refused(BadInput, "s3://texts/new/other.csv", tmp_path)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{PASSWORD}-wrong")
    assert "the answer 403" in refused(BadInput, "s3://texts/new/batch.csv.gz", tmp_path)


@pytest.mark.slow
def test_a_server_that_is_down_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_ports(1)[0]}",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    assert "no answer from the S3 server" in refused(Unavailable, "s3://texts/batch.csv", tmp_path)


def test_no_credentials_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert "no credentials for S3" in refused(BadInput, "s3://texts/batch.csv", tmp_path)
