import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.candidate import read_candidate
from components.contracts.contenders import Contenders
from components.contracts.dataset import read_dataset
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, write_manifest
from components.evaluation.rivals import read_rivals
from tests.components.evaluation.arena import biased, contenders


@pytest.fixture
def worse(tmp_path: Path, onnx_candidate_folder: Path) -> Path:
    return biased(tmp_path / "worse", onnx_candidate_folder, (5.0, 0.0))


def test_both_are_read_the_challenger_first(
    tmp_path: Path, onnx_candidate_folder: Path, worse: Path, dataset_folder: Path
) -> None:
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, worse)
    known, rivals = read_rivals(folder, read_dataset(dataset_folder))
    assert known.name == "sentiment"
    assert [str(rival) for rival in rivals] == ["the challenger, version 2", "the champion, version 1"]
    assert rivals[0].bytes_on_disk == sum(path.stat().st_size for path in onnx_candidate_folder.iterdir())


def test_where_nobody_reigns_there_is_one(tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path) -> None:
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, None)
    _, (rival,) = read_rivals(folder, read_dataset(dataset_folder))
    assert rival.role == "challenger"


def test_a_model_is_never_compared_with_itself(
    tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, onnx_candidate_folder)
    with pytest.raises(BadInput, match="the challenger, version 2: found the same model as the champion"):
        read_rivals(folder, read_dataset(dataset_folder))


def test_nor_when_the_manifest_says_that_they_are_two(
    tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, onnx_candidate_folder)
    known = read_manifest(folder, Contenders)
    assert known.champion
    write_manifest(folder, replace(known, champion=replace(known.champion, candidate_sha256="1" * 64)))
    with pytest.raises(BadInput) as refused:
        read_rivals(folder, read_dataset(dataset_folder))
    twice, other = map(str, refused.value.faults)
    assert "the same model as the champion" in twice
    assert "the model of the champion, version 1: found sha256" in other


def test_a_champion_with_other_labels_than_the_data_is_a_sentence(
    tmp_path: Path, onnx_candidate_folder: Path, worse: Path, dataset_folder: Path
) -> None:
    write_manifest(worse, replace(read_candidate(worse), labels=["fresh", "stale"]))
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, worse)
    with pytest.raises(BadInput) as refused:
        read_rivals(folder, read_dataset(dataset_folder))
    (fault,) = map(str, refused.value.faults)
    assert fault.startswith(
        "the labels of the champion, version 1: found 'rotten' only in the data, 'stale' only in the candidate"
    )


def test_changed_bytes_are_refused(tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path) -> None:
    folder = contenders(tmp_path / "contenders", onnx_candidate_folder, None)
    with (folder / "challenger" / Contenders.CANDIDATE / "model.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(BadInput, match=r"model\.onnx: found sha256"):
        read_rivals(folder, read_dataset(dataset_folder))
    shutil.rmtree(folder / "challenger")
    with pytest.raises(BadInput, match=r"found no candidate\.json"):
        read_rivals(folder, read_dataset(dataset_folder))
