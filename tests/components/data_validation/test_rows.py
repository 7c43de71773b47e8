import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.dataset import SPLITS, read_dataset
from components.data_validation.rows import column_types, read_rows
from tests.conftest import write_dataset


def test_all_splits_come_one_after_the_other(tmp_path: Path) -> None:
    pairs = {"train": [("a", "x"), (None, " ")], "validation": [], "test": [("b", None)]}
    folder = write_dataset(tmp_path / "dataset", pairs)
    rows = read_rows(folder, read_dataset(folder))
    assert len(rows) == 3
    assert rows.text == ["a", None, "b"]
    assert rows.label == ["x", None, None]
    assert rows.row == [2, 3, 2]
    assert rows.split.tolist() == [0, 0, 2]


def test_the_contract_s_own_types_are_as_expected(dataset_folder: Path) -> None:
    types = column_types(dataset_folder, read_dataset(dataset_folder))
    assert len(types) == 4 * len(SPLITS)
    assert all(one.type == one.expected for one in types)


def test_what_is_not_there_says_why(dataset_folder: Path, tmp_path: Path) -> None:
    values = json.loads((dataset_folder / "dataset.json").read_text())
    del values["splits"]["test"]
    (tmp_path / "dataset.json").write_text(json.dumps(values))
    pq.write_table(pa.table({"row": [1.5], "text": ["a"]}), tmp_path / "train.parquet")
    (tmp_path / "validation.parquet").write_bytes(b"text,label\n")
    from components.contracts.dataset import Dataset
    from components.contracts.folders import read_manifest

    types = {(one.split, one.column): one.type for one in column_types(tmp_path, read_manifest(tmp_path, Dataset))}
    assert types["train", "row"] == "double"
    assert types["train", "label"] == "no such column"
    assert types["validation", "text"] == "not a Parquet file"
    assert types["test", "text"] == "no such split"
