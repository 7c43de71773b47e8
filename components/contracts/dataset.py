"""The data set contract: Parquet per split, and `dataset.json`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.folders import check_files, read_manifest

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

SCHEMA = pa.schema(
    [
        pa.field("file", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("label", pa.string()),
    ]
)
"""A split's columns: the file and the 1-based line or record that a row came from, its text, its label's name.

Text and label may be null: what the source lacks is kept for data validation to judge.
"""


@dataclass(frozen=True)
class DataSource:
    """Where the rows came from."""

    uri: str
    """The source as it was configured: a path, `s3://…`, `package://…`."""
    repository: str
    """The DVC repository that `uri` is a path in; empty when there is none."""
    git_revision: str
    """The git revision of that repository; empty when there is none."""
    md5: str
    """The MD5 of the raw bytes, as DVC names them: of the file, or of the folder's listing."""
    size: int
    """Raw size in bytes."""


@dataclass(frozen=True)
class SplitFile:
    """One split on disk."""

    file: str
    """The Parquet file's name."""
    rows: int
    """How many rows it holds."""
    sha256: str
    """Of the file's bytes."""


@dataclass(frozen=True)
class Dataset:
    """What a data set folder holds."""

    FILE: ClassVar[str] = "dataset.json"

    task: Literal["text-classification"]
    columns: dict[str, str]
    """Which column of the source became `text` and which `label`."""
    labels: list[str]
    """Every label that occurs, sorted: a label's place here is its index in the model's output."""
    splits: dict[Split, SplitFile]
    source: DataSource
    seed: int
    """The seed of the splits."""
    left_out: dict[str, int] = field(default_factory=dict)
    """How many rows of the source were left out, by reason."""
    content_sha256: str = ""
    """Of the labels and the splits' bytes: equal for equal content, whatever the source was called."""


def read_dataset(folder: Path) -> Dataset:
    """Return the manifest of the data set in `folder`, once its splits are the promised bytes.

    Raises:
        BadInput: no data set is there, or a split is missing or changed.

    """
    dataset = read_manifest(folder, Dataset)
    check_files(folder, {split.file: split.sha256 for split in dataset.splits.values()})
    return dataset


def read_split(folder: Path, dataset: Dataset, split: Split) -> pa.Table:
    """Return one split as a table of `SCHEMA`; for splits that fit into memory."""
    return pq.read_table(folder / dataset.splits[split].file, schema=SCHEMA)


def iterate_split(folder: Path, dataset: Dataset, split: Split, batch_rows: int = 8192) -> Iterator[pa.RecordBatch]:
    """Yield one split in batches of at most `batch_rows` rows."""
    with pq.ParquetFile(folder / dataset.splits[split].file) as file:
        yield from file.iter_batches(batch_rows)
