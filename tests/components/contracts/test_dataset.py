"""The data set contract: read whole, in batches, and refused when it is damaged."""

import shutil
from pathlib import Path

import pytest

from components.contracts.dataset import SCHEMA, SPLITS, iterate_split, read_dataset, read_split
from components.contracts.faults import BadInput


def test_a_data_set_says_what_it_holds(dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    assert dataset.labels == ["fresh", "rotten"]
    assert {split: file.rows for split, file in dataset.splits.items()} == {"train": 240, "validation": 60, "test": 80}


@pytest.mark.parametrize("split", SPLITS)
def test_batches_hold_the_same_rows_as_the_table(split: str, dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    table = read_split(dataset_folder, dataset, split)
    assert table.schema.equals(SCHEMA)
    batches = list(iterate_split(dataset_folder, dataset, split, batch_rows=17))
    assert max(batch.num_rows for batch in batches) == 17
    assert [row for batch in batches for row in batch.to_pylist()] == table.to_pylist()


def test_every_damaged_split_is_named(dataset_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset_folder, tmp_path / "dataset")
    (folder / "train.parquet").unlink()
    with (folder / "test.parquet").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(BadInput) as refusal:
        read_dataset(folder)
    assert sorted(Path(fault.thing).name for fault in refusal.value.faults) == ["test.parquet", "train.parquet"]


def test_a_split_that_does_not_exist_is_a_fault_of_the_manifest(dataset_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset_folder, tmp_path / "dataset")
    manifest = folder / "dataset.json"
    manifest.write_text(manifest.read_text().replace('"validation": {', '"dev": {'))
    with pytest.raises(BadInput, match=r"splits\.dev"):
        read_dataset(folder)
