"""Objects in a real S3 server are named by their MD5 and read; and what fails is said without a secret."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.contracts.faults import BadInput, Refusal, Unavailable
from components.contracts.tracking import StepRun
from components.data_ingestion import s3_files
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve
from tests.components.data_ingestion.relay import Connection, relay
from tests.components.data_ingestion.sources import as_csv, as_parquet, pairs_of, reviews, run, settings
from tests.servers import PASSWORD, S3, free_ports, seaweedfs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A SeaweedFS server with one user."""
    with seaweedfs(tmp_path_factory.mktemp("s3"), "reviews") as server:
        yield server


@pytest.fixture
def s3(server: S3, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the server, which the room finds in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.client()


def refused(kind: type[Refusal], source: str) -> str:
    with pytest.raises(kind) as caught:
        resolve(settings(source))
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_an_object(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="reviews", Key="2026/reviews.csv", Body=as_csv(reviews()))
    dataset = run("s3://reviews/2026/reviews.csv", tmp_path / "out")
    assert dataset.source.md5 == hashlib.md5(as_csv(reviews())).hexdigest()
    assert dataset.source.size == len(as_csv(reviews()))
    assert pairs_of(tmp_path / "out") == reviews()
    assert {row["file"] for row in _rows(tmp_path / "out")} == {"reviews.csv"}


def _rows(folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return pq.read_table(folder / "train.parquet").to_pylist()


def test_a_prefix_is_a_folder(s3: Any, tmp_path: Path) -> None:
    texts, labels = zip(*reviews(), strict=True)
    for folder in ("parts/", "parts"):
        s3.put_object(Bucket="reviews", Key="parts/train.parquet", Body=as_parquet({"text": texts, "label": labels}))
        s3.put_object(Bucket="reviews", Key="parts/test.csv", Body=as_csv(reviews(60)[40:]))
        dataset = run(f"s3://reviews/{folder}", tmp_path / "out")
        assert dataset.splits["test"].rows == 20
        assert dataset.source.md5.endswith(".dir")


def test_the_identity_is_that_of_the_same_folder_on_disk(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name in ("a.csv", "sub/b.csv"):
        (tmp_path / "in" / name).write_bytes(name.encode())
        s3.put_object(Bucket="reviews", Key=f"same/{name}", Body=name.encode())
    assert resolve(settings("s3://reviews/same")).md5 == resolve(settings(tmp_path / "in")).md5


def test_an_object_that_came_in_parts_is_streamed_for_its_md5(s3: Any, tmp_path: Path) -> None:
    body = as_csv([*reviews(), ("long " * 1_500_000, "fresh")])
    upload = s3.create_multipart_upload(Bucket="reviews", Key="parts.csv")["UploadId"]
    half = 6 << 20
    etags = [
        s3.upload_part(Bucket="reviews", Key="parts.csv", UploadId=upload, PartNumber=number, Body=part)["ETag"]
        for number, part in ((1, body[:half]), (2, body[half:]))
    ]
    parts = [{"ETag": etag, "PartNumber": number} for number, etag in enumerate(etags, 1)]
    s3.complete_multipart_upload(Bucket="reviews", Key="parts.csv", UploadId=upload, MultipartUpload={"Parts": parts})
    assert "-" in s3.head_object(Bucket="reviews", Key="parts.csv")["ETag"]
    assert run("s3://reviews/parts.csv", tmp_path / "out").source.md5 == hashlib.md5(body).hexdigest()


def test_an_object_that_changes_in_between(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="reviews", Key="moving.csv", Body=as_csv(reviews()))
    config = settings("s3://reviews/moving.csv")
    source = resolve(config)
    s3.put_object(Bucket="reviews", Key="moving.csv", Body=as_csv(reviews(41)))
    with pytest.raises(BadInput, match="It was changed while the pipeline ran"):
        ingest(source, config, tmp_path / "out", StepRun())


def test_a_wrong_key(s3: Any) -> None:
    s3.put_object(Bucket="reviews", Key="right/reviews.csv", Body=b"x")
    said = refused(BadInput, "s3://reviews/right/revews.csv")
    assert "found no such key" in said
    assert "Did you mean right/reviews.csv?" in said
    assert "Nothing lies below s3://reviews/no/." in refused(BadInput, "s3://reviews/no/reviews.csv")


def test_a_missing_bucket(s3: Any, server: S3) -> None:
    assert f"no bucket nowhere at the S3 server {server.url}" in refused(BadInput, "s3://nowhere/")
    assert f"no bucket nowhere at the S3 server {server.url}" in refused(BadInput, "s3://nowhere/reviews.csv")


def test_no_credentials(s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    said = refused(BadInput, "s3://reviews/reviews.csv")
    assert "found no credentials for" in said
    assert "AWS_ACCESS_KEY_ID" in said


def test_wrong_credentials(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    said = refused(BadInput, "s3://reviews/reviews.csv")
    assert "expected permission to read" in said
    assert "wrong-secret" not in said


def test_a_server_that_is_down(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    (port,) = free_ports(1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://me:hunter2@127.0.0.1:{port}")
    said = refused(Unavailable, "s3://reviews/reviews.csv")
    assert f"no answer from the S3 server http://127.0.0.1:{port} (EndpointConnectionError)" in said
    assert "hunter2" not in said


def test_a_server_that_goes_away_while_it_is_read() -> None:
    class Broken:
        def read(self, _: int) -> bytes:
            raise ConnectionResetError("reset")

        def close(self) -> None:
            pass

    with pytest.raises(Unavailable, match=r"s3://b/k: found no answer from the S3 server AWS \(ConnectionResetError\)"):
        s3_files._Object("s3://b/k", Broken()).read(1)


# connections that break in the middle of an object

LARGE = 24 << 20
"""Bytes: more than lie in the buffers between the server and the room."""


def put_large(s3: Any, key: str) -> None:
    row = "word " * 2_000
    rows = [(f"{number} {row}", ("fresh", "rotten")[number % 2]) for number in range(LARGE // len(row))]
    s3.put_object(Bucket="reviews", Key=key, Body=as_csv(rows))


def refused_in_the_middle(key: str, out: Path) -> str:
    with pytest.raises(Unavailable) as caught:
        run(f"s3://reviews/{key}", out)
    assert not out.exists()
    assert not list(out.parent.glob(f".{out.name}*"))
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.slow
def test_an_object_that_is_cut_off(s3: Any, server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_large(s3, "cut.csv")
    with relay(server.url) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.url)
        between.at_limit = Connection.close
        said = refused_in_the_middle("cut.csv", tmp_path / "out")
        assert f"s3://reviews/cut.csv: found no answer from the S3 server {between.url}" in said
        between.at_limit = Connection.go_on
        assert run("s3://reviews/cut.csv", tmp_path / "out").source.size > LARGE * 0.9


@pytest.mark.slow
def test_a_server_that_is_killed_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "s3"
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with seaweedfs(folder, "reviews") as mortal, relay(mortal.url) as between:
        for name, value in {**mortal.environment, "AWS_ENDPOINT_URL": between.url}.items():
            monkeypatch.setenv(name, value)
        put_large(mortal.client(), "killed.csv")
        between.at_limit = lambda _: mortal.kill()
        assert "found no answer from the S3 server" in refused_in_the_middle("killed.csv", tmp_path / "out")
        assert mortal.process.returncode == -9
    with seaweedfs(folder, "reviews") as risen:
        monkeypatch.setenv("AWS_ENDPOINT_URL", risen.url)
        assert run("s3://reviews/killed.csv", tmp_path / "out").source.size > LARGE * 0.9


def test_a_server_with_a_fault_of_its_own() -> None:
    answer = {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    refusal = s3_files._refused(ClientError(answer, "GetObject"), "s3://b/k", "the S3 server AWS")
    assert isinstance(refusal, Unavailable)
    assert "an error of the S3 server AWS (InternalError)" in str(refusal)
