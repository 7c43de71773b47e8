"""A real MLflow, and file systems that refuse."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mlflow_here import client, server, tracking  # noqa: F401 - fixtures


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def read_only_disk(small_disk: Path) -> Path:
    """Return a file system that holds one file and cannot be written."""
    (small_disk / "old").write_text("old")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    return small_disk
