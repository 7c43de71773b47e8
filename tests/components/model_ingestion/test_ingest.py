import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.contracts.faults import BadInput, Unwritable
from components.contracts.model import BaseModel, read_model
from components.contracts.tracking import StepRun
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.ingest import ingest
from components.model_ingestion.resolve import resolve


def bring(source: str, into: Path) -> BaseModel:
    settings = ModelIngestionSettings(source)
    return ingest(resolve(settings), settings, into, StepRun())


def test_a_package_becomes_a_base_model(tmp_path: Path) -> None:
    base = bring("package://cognition/model", tmp_path / "base")
    assert base == read_model(tmp_path / "base", BaseModel)
    assert (base.architecture, base.parameters, base.max_positions) == ("bert", 4_416_698, 512)
    assert sorted(base.files) == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


def test_the_same_model_is_the_same_whatever_it_is_called(model: Path, tmp_path: Path) -> None:
    one = bring("package://cognition/model", tmp_path / "one")
    other = bring(str(model), tmp_path / "other")
    assert (one.sha256, one.revision) == (other.sha256, other.revision)
    assert one.source != other.source


def test_a_model_at_fault_leaves_nothing_behind(model: Path, tmp_path: Path) -> None:
    (model / "tokenizer.json").write_text("{")
    (model / "config.json").unlink()
    with pytest.raises(BadInput) as refusal:
        bring(str(model), tmp_path / "base")
    assert len(refusal.value.faults) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(small_disk: Path) -> None:
    with pytest.raises(Unwritable, match="base: found no space left on the device"):
        bring("package://cognition/model", small_disk / "base")
    assert list(small_disk.iterdir()) == []
