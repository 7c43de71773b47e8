"""A model folder to break, and a real S3 server."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import package_model

MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """BERT-tiny's files, in a folder that a test may break."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in MODEL_FILES:
        shutil.copy(package_model() / name, folder / name)
    return folder


def free_ports(count: int) -> list[int]:
    """Return ports below 50,000: SeaweedFS takes each one's number plus 10,000 for gRPC."""
    ports: list[int] = []
    with ExitStack() as stack:
        while len(ports) < count:
            sock = stack.enter_context(socket.socket())
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
            if port < 50_000:
                ports.append(port)
    return ports


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3 server with the bucket `models`."""
    folder = tmp_path_factory.mktemp("s3")
    names = ("master.port", "volume.port", "filer.port", "s3.port", "s3.port.grpc")
    names = (*names, "master.port.grpc", "volume.port.grpc", "filer.port.grpc")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    flags = [f"-{name}={port}" for name, port in ports.items()]
    always = ["-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.volumeSizeLimitMB=64"]
    always += ["-master.telemetry=false", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [Path(sys.executable).with_name("weed"), "server", *always, *flags], stdout=log, stderr=log
        )
        try:
            endpoint = f"http://127.0.0.1:{ports['s3.port']}"
            _wait_for_bucket(endpoint, server, folder / "log")
            yield endpoint
        finally:
            server.kill()
            server.wait()


def _wait_for_bucket(endpoint: str, server: subprocess.Popen[bytes], log: Path) -> None:
    client = s3_client(endpoint)
    give_up_at = time.monotonic() + 120
    while True:
        try:
            client.create_bucket(Bucket="models")
            client.put_object(Bucket="models", Key="ready", Body=b"1")
            return
        except (BotoCoreError, ClientError):
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise AssertionError(log.read_text()[-3000:]) from None
            time.sleep(0.3)


def s3_client(endpoint: str):
    return boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1"
    )


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """A client of the server, with the environment set as a user would."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return s3_client(s3_endpoint)
