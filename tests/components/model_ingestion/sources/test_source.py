from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources import folder, hub, registry, s3
from components.model_ingestion.sources.source import source_of


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("package://cognition/model", folder),
        ("s3://bucket/prefix", s3),
        ("models:/base/3", registry),
        ("org/name", hub),
        ("bert-base-uncased", hub),
        ("sentence-transformers/all-MiniLM-L6-v2", hub),
    ],
)
def test_the_form_of_the_name_decides(name: str, module: object) -> None:
    assert source_of(ModelIngestionSettings(name)).fetch is module.fetch


def test_a_folder_that_is_there_comes_before_a_hub_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "org" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert source_of(ModelIngestionSettings("org/name")).fetch is folder.fetch


@pytest.mark.parametrize("name", ["/no/such/folder", "./models/none", "a/b/c"])
def test_what_is_neither_is_said(name: str) -> None:
    with pytest.raises(BadInput) as refusal:
        source_of(ModelIngestionSettings(name))
    assert f"model_ingestion.source {name}: found no such folder; expected a folder, package://" in str(refusal.value)


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(BadInput, match="found a file; expected a folder"):
        source_of(ModelIngestionSettings(str(tmp_path / "model.safetensors")))
