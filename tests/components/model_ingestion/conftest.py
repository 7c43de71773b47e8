"""A model folder to break, and a real S3 server."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import package_model
from tests.servers import S3, seaweedfs

MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """BERT-tiny's files, in a folder that a test may break."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in MODEL_FILES:
        shutil.copy(package_model() / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A real S3 server with the bucket `models`."""
    with seaweedfs(tmp_path_factory.mktemp("s3"), "models") as server:
        yield server


@pytest.fixture
def s3(server: S3, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the server, with the environment set as a user would."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.client()
