from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.folder import fetch, locate, look_up


def test_the_revision_is_the_content_of_what_is_brought(model: Path, tmp_path: Path) -> None:
    settings = ModelIngestionSettings(str(model))
    before = look_up(settings)
    (model / "README.md").write_text("not brought")
    assert look_up(settings) == before
    moved = model.rename(tmp_path / "moved")
    assert look_up(ModelIngestionSettings(str(moved))) == before
    (moved / "config.json").write_text("{}")
    assert look_up(ModelIngestionSettings(str(moved))) != before


def test_only_the_models_own_files_are_copied(model: Path, tmp_path: Path) -> None:
    for name in ("modeling.py", "pytorch_model.bin"):
        (model / name).write_text("")
    (tmp_path / "here").mkdir()
    settings = ModelIngestionSettings(str(model))
    assert "modeling.py" in fetch(settings, look_up(settings), tmp_path / "here")
    copied = {path.name for path in (tmp_path / "here").iterdir()}
    assert copied == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


def test_content_that_changed_meanwhile_is_said(model: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(BadInput, match=r"expected content 0123.*It was changed while the pipeline ran: run again\."):
        fetch(ModelIngestionSettings(str(model)), "0123", tmp_path / "here")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"found an empty folder; expected config\.json, model\.safetensors"):
        locate(str(tmp_path))


@pytest.mark.parametrize("name", ["no_such_package", "no-such-package", "os", "package://"])
def test_an_unknown_package(name: str) -> None:
    with pytest.raises(BadInput, match=r"found no installed package .*Install it, or correct the name"):
        locate(f"package://{name}/model")


def test_an_unknown_folder_of_a_package_names_those_that_there_are() -> None:
    with pytest.raises(BadInput) as refusal:
        locate("package://cognition/weights")
    assert "found no folder 'weights' in the package cognition" in str(refusal.value)
    assert "Folders at its top: " in str(refusal.value)
    assert "model" in str(refusal.value)


def test_a_package_is_found_without_being_imported() -> None:
    assert locate("package://cognition/model").name == "model"
    import sys

    assert "cognition" not in sys.modules
