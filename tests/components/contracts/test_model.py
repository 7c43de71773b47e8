"""The model contracts: read once their files are the promised bytes."""

import shutil
from pathlib import Path

import pytest

from components.contracts.candidate import read_candidate
from components.contracts.faults import BadInput
from components.contracts.model import BaseModel, TunedModel, read_model


def test_whole_models_are_read(base_folder: Path, tuned_folder: Path, onnx_candidate_folder: Path) -> None:
    assert read_model(base_folder, BaseModel).architecture == "bert"
    assert read_model(tuned_folder, TunedModel).labels == ["fresh", "rotten"]
    assert read_candidate(onnx_candidate_folder).runtime == "onnxruntime"


def test_weights_that_were_cut_short_are_refused(tuned_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tuned_folder, tmp_path / "tuned")
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(BadInput, match=r"model\.safetensors: found sha256 .* It was changed or cut short"):
        read_model(folder, TunedModel)


def test_another_contract_is_refused(base_folder: Path) -> None:
    with pytest.raises(BadInput, match=r"found no tuned_model\.json; expected a folder that holds a TunedModel"):
        read_model(base_folder, TunedModel)
