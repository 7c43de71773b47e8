import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.compression.compress import compress
from components.compression.config import RECIPES, CompressionSettings
from components.contracts.candidate import Candidate, read_candidate
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import sha256_of
from components.contracts.tracking import StepRun
from tests.conftest import labelled_texts, write_dataset

SETTINGS = CompressionSettings(max_calibration_drop=20.0, max_changed_answers=20.0)
ROOT = Path(__file__).parents[3]


def make(tuned: Path, dataset: Path, folder: Path, recipe: str = "onnx-fp32") -> Candidate:
    return compress(tuned, dataset, recipe, SETTINGS, folder, StepRun())


def by_hand(tuned: Path, dataset: Path, recipe: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "components.compression", str(tuned), str(dataset), recipe, str(folder)]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("recipe", [recipe for recipe in RECIPES if recipe != "baseline"])
def test_the_folder_holds_the_contract_and_nothing_else(
    recipe: str, tuned_folder: Path, dataset_folder: Path, tmp_path: Path
) -> None:
    made = make(tuned_folder, dataset_folder, tmp_path / "out" / recipe, recipe)
    candidate = read_candidate(tmp_path / "out" / recipe)
    assert candidate == made
    assert (candidate.recipe, candidate.runtime, candidate.labels) == (recipe, "onnxruntime", ["fresh", "rotten"])
    assert set(candidate.files) == {"model.onnx", "tokenizer.json"}
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*"))
    assert found == [recipe, f"{recipe}/candidate.json", f"{recipe}/model.onnx", f"{recipe}/tokenizer.json"]


@pytest.mark.slow
def test_equal_input_gives_equal_bytes(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(tuned_folder, tmp_path / "copy")
    one, other = (
        make(tuned, dataset_folder, tmp_path / name / "out", "int8-dynamic")
        for tuned, name in ((tuned_folder, "one"), (elsewhere, "other"))
    )
    assert one == other


@pytest.mark.slow
def test_another_process_gives_equal_bytes_too(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> None:
    other = by_hand(tuned_folder, dataset_folder, "int8-dynamic", tmp_path / "other", PYTHONHASHSEED="7")
    here = compress(tuned_folder, dataset_folder, "int8-dynamic", CompressionSettings(), tmp_path / "here", StepRun())
    _, errors = other.communicate()
    assert other.returncode == 0, errors
    assert read_candidate(tmp_path / "other") == here


def test_an_unknown_recipe_is_told_the_known_ones(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> None:
    expected = "the recipe 'int8': found no such recipe; expected one of baseline, onnx-fp32, int8-dynamic"
    with pytest.raises(BadInput, match=expected):
        make(tuned_folder, dataset_folder, tmp_path / "out", "int8")


def test_a_tuned_model_that_changed_is_refused(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> None:
    tuned = shutil.copytree(tuned_folder, tmp_path / "tuned")
    with (tuned / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, os.SEEK_END)
        weights.write(b"\x7f")
    with pytest.raises(BadInput, match=r"model\.safetensors: found sha256 .* It was changed or cut short"):
        make(tuned, dataset_folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_data_set_without_validation_rows_is_refused(tuned_folder: Path, tmp_path: Path) -> None:
    pairs = labelled_texts(20, seed=1)
    dataset = write_dataset(tmp_path / "dataset", {"train": pairs[:10], "validation": [], "test": pairs[10:]})
    for recipe in ("onnx-fp32", "int8-dynamic"):
        with pytest.raises(BadInput, match=r"validation split of .*: found 0 rows, none of them with a text"):
            make(tuned_folder, dataset, tmp_path / "out", recipe)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    size = f"size={request.param}m"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=False).returncode:
        pytest.skip("mounting is not permitted here")
    yield place
    subprocess.run(["umount", place], check=True)


# BERT-tiny takes 17.5 MB in fp32: there is no room for the model, or not for the quantizer's copy beside it
@pytest.mark.parametrize("small_disk", [10, 20, 30], indirect=True)
def test_a_full_disk_gives_a_sentence_and_leaves_nothing(
    small_disk: Path, tuned_folder: Path, dataset_folder: Path
) -> None:
    with pytest.raises(Unwritable, match="no space left on the device"):
        make(tuned_folder, dataset_folder, small_disk / "out", "int8-dynamic")
    assert list(small_disk.iterdir()) == []


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_nothing_that_counts_and_runs_again(
    tuned_folder: Path, dataset_folder: Path, tmp_path: Path
) -> None:
    folder, partial = tmp_path / "out", tmp_path / ".out.partial"
    process = by_hand(tuned_folder, dataset_folder, "int8-dynamic", folder)
    while not (partial / "model.onnx").exists() and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert partial.exists()
    assert not folder.exists()
    make(tuned_folder, dataset_folder, folder)
    assert not partial.exists()
    assert read_candidate(folder).files["model.onnx"] == sha256_of(folder / "model.onnx")
