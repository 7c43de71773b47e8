"""What fine-tuning's tests share: the proof of validation, and a clean slate for accelerate."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from accelerate.state import AcceleratorState

from components.contracts.folders import write_manifest
from components.contracts.validation import Validation
from components.fine_tuning.config import FineTuningSettings

QUICK = FineTuningSettings(
    epochs=2,
    learning_rate=1e-3,
    max_tokens=48,
    tokens_per_batch=512,
    precision="fp32",
    checkpoint_seconds=3600,
    threads=1,
)
"""Seconds on BERT-tiny, with one thread so that tests side by side do not wait for each other's."""


@pytest.fixture(scope="session")
def validation_folder(tmp_path_factory: pytest.TempPathFactory, dataset_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("validation") / "validation"
    folder.mkdir()
    dataset = json.loads((dataset_folder / "dataset.json").read_text())
    write_manifest(folder, Validation(dataset["content_sha256"], "0" * 64, [], {}))
    return folder


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of all checkpoints. accelerate keeps one precision a process; tests want several."""
    monkeypatch.setenv("BESSEMER_CHECKPOINTS", str(tmp_path / "checkpoints"))
    yield tmp_path / "checkpoints"
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
