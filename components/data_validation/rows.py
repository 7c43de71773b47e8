"""The rows of a data set, all splits one after the other."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.dataset import SCHEMA, SPLITS, Dataset, read_split

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
"""A measured number a row, (rows,); NaN where there is nothing to measure."""


@dataclass(frozen=True)
class Rows:
    """Every row in the order train, validation, test; each field has one value a row."""

    file: list[str]
    row: list[int]
    """The 1-based line or record in `file`."""
    split: Integers
    """The split's place in `SPLITS`."""
    text: list[str | None]
    label: list[str | None]
    """The label's name; a blank one is None, too."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.text)


def read_rows(folder: Path, dataset: Dataset) -> Rows:
    """Return the rows of all splits, whose columns are of `SCHEMA`."""
    tables = [read_split(folder, dataset, split) for split in SPLITS]
    table = pa.concat_tables(tables)
    return Rows(
        file=table["file"].to_pylist(),
        row=table["row"].to_pylist(),
        split=np.repeat(np.arange(len(SPLITS)), [len(one) for one in tables]),
        text=table["text"].to_pylist(),
        label=[label if label and label.strip() else None for label in table["label"].to_pylist()],
    )


@dataclass(frozen=True)
class ColumnType:
    """What stands in one column of a split's file."""

    split: str
    column: str
    type: str
    """Arrow's name of the type, or why there is none."""
    expected: str


def column_types(folder: Path, dataset: Dataset) -> list[ColumnType]:
    """Return the type of each column that each split has to have."""
    found = []
    for split in SPLITS:
        types = _types_of(folder / dataset.splits[split].file) if split in dataset.splits else {}
        reason = "no such column" if split in dataset.splits else "no such split"
        for column in SCHEMA:
            there = types.get(column.name, types.get("", reason))
            found.append(ColumnType(split, column.name, there, str(column.type)))
    return found


def _types_of(path: Path) -> dict[str, str]:
    """Return the types by column; under the empty name, why the file cannot be read."""
    try:
        return {column.name: str(column.type) for column in pq.read_schema(path)}
    except pa.ArrowInvalid:
        return {"": "not a Parquet file"}
