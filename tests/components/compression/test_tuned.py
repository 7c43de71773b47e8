import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from components.compression.tuned import read_tokenizer, read_tuned, write_tokenizer
from components.contracts.faults import BadInput
from components.contracts.folders import sha256_of_files, write_manifest
from components.contracts.model import TunedModel, read_model


def changed(tuned: Path, folder: Path, change: Callable[[Path], None], **fields: object) -> Path:
    manifest = read_model(tuned, TunedModel)
    shutil.copytree(tuned, folder)
    (folder / TunedModel.FILE).unlink()
    change(folder)
    write_manifest(folder, replace(manifest, files=sha256_of_files(folder), **fields))  # type: ignore[arg-type]
    return folder


def test_a_missing_tokenizer_and_missing_weights_are_told_at_once(tuned_folder: Path, tmp_path: Path) -> None:
    def remove(folder: Path) -> None:
        (folder / "tokenizer.json").unlink()
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    tuned = changed(tuned_folder, tmp_path / "tuned", remove)
    with pytest.raises(BadInput) as refused:
        read_tuned(tuned)
    weights, tokenizer = refused.value.faults
    assert weights.thing.endswith("model.safetensors")
    assert tokenizer.thing.endswith("tokenizer.json")
    assert "expected a fast tokenizer" in str(tokenizer)


def test_a_tokenizer_that_vanished_is_told(tuned_folder: Path, tmp_path: Path) -> None:
    tuned = shutil.copytree(tuned_folder, tmp_path / "tuned")
    (tuned / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match=r"tokenizer\.json: found no file"):
        read_tuned(tuned)


def test_a_tokenizer_with_more_words_than_the_model_is_told(tuned_folder: Path, tmp_path: Path) -> None:
    def shrink(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 1000}))

    tuned = changed(tuned_folder, tmp_path / "tuned", shrink)
    with pytest.raises(BadInput, match="found a token with the id 30521; expected ids below 1000"):
        read_tuned(tuned)


def test_a_head_with_other_outputs_than_labels_is_told(tuned_folder: Path, tmp_path: Path) -> None:
    tuned = changed(tuned_folder, tmp_path / "tuned", lambda _: None, labels=["a", "b", "c"])
    with pytest.raises(BadInput, match="found 2 outputs; expected 3, one for each label"):
        read_tuned(tuned)


def test_a_tokenizer_that_is_none_is_told(tuned_folder: Path, tmp_path: Path) -> None:
    tuned = changed(tuned_folder, tmp_path / "tuned", lambda folder: (folder / "tokenizer.json").write_text("{}"))
    with pytest.raises(BadInput, match=r"tokenizer\.json: found .*; expected a tokenizer"):
        read_tuned(tuned)


def test_the_written_tokenizer_neither_cuts_nor_pads(tuned_folder: Path, tmp_path: Path) -> None:
    def cut_and_pad(folder: Path) -> None:
        tokenizer = read_tokenizer(folder)
        tokenizer.enable_truncation(5)
        tokenizer.enable_padding(length=20)
        tokenizer.save(str(folder / "tokenizer.json"))

    tuned = changed(tuned_folder, tmp_path / "tuned", cut_and_pad)
    write_tokenizer(tuned, tmp_path)
    written = json.loads((tmp_path / "tokenizer.json").read_text())
    assert written["truncation"] is None
    assert written["padding"] is None
    assert len(read_tokenizer(tmp_path).encode("one two three four five six").ids) == 8
