"""Writes the Parquet file of each split."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.dataset import SCHEMA, SPLITS, Split, SplitFile
from components.contracts.folders import sha256_of

_GROUP_ROWS = 1 << 16
_GROUP_BYTES = 16 << 20


def write_splits(folder: Path, batches: Iterable[pa.RecordBatch], splits: np.ndarray) -> dict[Split, SplitFile]:
    """Write the rows of each split, in the order of the source.

    Args:
        folder: where the files go.
        batches: all rows, of `SCHEMA`.
        splits: each row's place in SPLITS, or less than 0 for a row that is left out, int8 (rows,).

    Returns:
        What was written, by split.

    """
    with ExitStack() as stack:
        writers = {split: stack.enter_context(_SplitWriter(folder / f"{split}.parquet")) for split in SPLITS}
        start = 0
        for batch in batches:
            here = splits[start : start + batch.num_rows]
            start += batch.num_rows
            for place, split in enumerate(SPLITS):
                writers[split].add(batch.filter(pa.array(here == place)))
    rows = {split: int(np.count_nonzero(splits == place)) for place, split in enumerate(SPLITS)}
    return _described(folder, rows)


def _described(folder: Path, rows: Mapping[Split, int]) -> dict[Split, SplitFile]:
    return {
        split: SplitFile(f"{split}.parquet", rows[split], sha256_of(folder / f"{split}.parquet")) for split in SPLITS
    }


class _SplitWriter:
    """Gathers small batches into row groups that are worth their overhead, and never too many bytes of them."""

    def __init__(self, path: Path) -> None:
        # a dictionary of the texts would be as large as the texts
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd", use_dictionary=["file", "label"])
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def __enter__(self) -> "_SplitWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        self._batches.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.get_total_buffer_size()
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_batches(self._batches, SCHEMA), row_group_size=self._rows)
        self._batches, self._rows, self._bytes = [], 0, 0
