from pathlib import Path

import boto3
import pytest

from components.contracts.faults import BadInput, Unavailable
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.s3 import fetch, look_up

pytestmark = pytest.mark.slow

SETTINGS = ModelIngestionSettings("s3://models/bert/tiny/")


@pytest.fixture
def stored(s3, model: Path):
    """The model below a prefix, beside what does not belong to it."""
    for path in model.iterdir():
        s3.upload_file(str(path), "models", f"bert/tiny/{path.name}")
    s3.put_object(Bucket="models", Key="bert/tiny/onnx/model.onnx", Body=b"below")
    s3.put_object(Bucket="models", Key="bert/tiny-other/config.json", Body=b"{}")
    s3.put_object(Bucket="models", Key="bert/tiny/modeling.py", Body=b"raise SystemExit")
    return s3


def test_a_model_comes_from_a_real_server(stored, model: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    revision = look_up(SETTINGS)
    assert look_up(ModelIngestionSettings("s3://models/bert/tiny")) == revision
    names = fetch(SETTINGS, revision, here)
    assert names == sorted([*(path.name for path in model.iterdir()), "modeling.py"])
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in model.iterdir()
    }


def test_another_content_is_another_revision(stored, tmp_path: Path) -> None:
    revision = look_up(SETTINGS)
    stored.put_object(Bucket="models", Key="bert/tiny/config.json", Body=b"{}")
    assert look_up(SETTINGS) != revision
    with pytest.raises(BadInput, match="It was changed while the pipeline ran"):
        fetch(SETTINGS, revision, tmp_path)


def test_an_unknown_bucket(s3) -> None:
    with pytest.raises(BadInput, match=r"s3://nonesuch/model: found no such bucket; expected a bucket that exists\."):
        look_up(ModelIngestionSettings("s3://nonesuch/model"))


def test_a_prefix_with_nothing_below(s3) -> None:
    with pytest.raises(BadInput, match=r"found no objects below that prefix.*Correct the prefix"):
        look_up(ModelIngestionSettings("s3://models/nothing/here"))


def test_a_server_that_does_not_answer(s3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="expected an S3 server that answers"):
        look_up(SETTINGS)


def test_no_credentials(s3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers those of the tests before
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(BadInput, match=r"found no credentials.*Set AWS_ACCESS_KEY_ID"):
        look_up(SETTINGS)
