"""Checked rows on their way to the splits: the rows on disk, and in memory 11 bytes of each."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.contracts.dataset import SCHEMA, SPLITS, Split
from components.contracts.faults import BadInput, Fault
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.equal_texts import keys_of
from components.data_ingestion.nearest import did_you_mean, listed
from components.data_ingestion.row_faults import RowFaults

MOST_LABELS = 10_000
_VALUES_REMEMBERED = 100
NO_LABEL = -1
NOT_GIVEN = -1


class Staging:
    """Takes batches of records, leaves out what is not wanted, and remembers what the splits depend on."""

    def __init__(self, writer: pa.ipc.RecordBatchStreamWriter, files: Sequence[str], settings: DataIngestionSettings):
        """Write rows to `writer`; `files` are the names of all files, sorted."""
        self._writer = writer
        self._files = pa.array(files, pa.string())
        self._places = {name: place for place, name in enumerate(files)}
        self._settings = settings
        self._text_keys = array("Q")
        self._label_codes = array("h")
        self._given_splits = array("b")
        self._codes: dict[str, int] = {}
        self._never_kept = {column: set(values) for column, values in settings.keep.items()}
        self._not_kept: dict[str, set[str]] = {column: set() for column in settings.keep}
        self.left_out: dict[str, int] = {"keep": 0} if settings.keep else {}
        if settings.drop_empty:
            self.left_out["drop_empty"] = 0

    def add(self, records: pa.RecordBatch, file: str, given: Split | None, bad: RowFaults) -> None:
        """Take the records of one batch of `file`, which belongs to the split `given` if that is known.

        Raises:
            BadInput: there are more labels than any classifier has.

        """
        records = self._wanted(records)
        self._refuse_nul(records, file, bad)
        texts = records.column(self._settings.text_column)
        labels = _blank_as_null(records.column(self._settings.label_column))
        self._text_keys.frombytes(keys_of(texts.to_pylist()))
        self._label_codes.frombytes(self._coded(labels).tobytes())
        self._given_splits.frombytes(self._split_codes(records, file, given, bad).tobytes())
        places = pa.array(np.full(records.num_rows, self._places[file], np.int32))
        files = pa.DictionaryArray.from_arrays(places, self._files)
        rows = pa.RecordBatch.from_arrays([files, records.column("row"), texts, labels], schema=SCHEMA)
        self._writer.write_batch(rows)

    @property
    def labels(self) -> list[str]:
        """Every label, in the order of the codes."""
        return list(self._codes)

    def text_keys(self) -> np.ndarray:
        """Return what equal texts have in common, as uint64 (rows,)."""
        return np.frombuffer(self._text_keys, np.uint64)

    def label_codes(self) -> np.ndarray:
        """Return each row's place in `labels`, or NO_LABEL, as int16 (rows,)."""
        return np.frombuffer(self._label_codes, np.int16)

    def given_splits(self) -> np.ndarray:
        """Return each row's place in SPLITS as the source gives it, or NOT_GIVEN, as int8 (rows,)."""
        return np.frombuffer(self._given_splits, np.int8)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the rows as a whole, after the last one."""
        faults = []
        for column, values in self._never_kept.items():
            for value in sorted(values):
                there = sorted(self._not_kept[column] | set(self._settings.keep[column]) - values)
                way_out = f"{did_you_mean(value, there)} It holds {listed(there)}." if there else ""
                found = f"{value}, which no row has"
                faults.append(Fault(f"data_ingestion.keep.{column}", found, "values of that column", way_out.strip()))
        return faults

    def _wanted(self, records: pa.RecordBatch) -> pa.RecordBatch:
        for column, values in self._settings.keep.items():
            there = set(pc.unique(records.column(column)).to_pylist()) - {None}
            self._never_kept[column] -= there
            if len(self._not_kept[column]) < _VALUES_REMEMBERED:
                self._not_kept[column] |= there - set(values)
            mask = pc.is_in(records.column(column), pa.array(values, pa.string()))
            records = self._leave_out("keep", records, mask)
        if self._settings.drop_empty:
            visible = pc.not_equal(pc.utf8_trim_whitespace(records.column(self._settings.text_column)), "")
            records = self._leave_out("drop_empty", records, pc.fill_null(visible, False))
        return records

    def _leave_out(self, reason: str, records: pa.RecordBatch, mask: pa.BooleanArray) -> pa.RecordBatch:
        kept = records.filter(mask)
        self.left_out[reason] += records.num_rows - kept.num_rows
        return kept

    def _refuse_nul(self, records: pa.RecordBatch, file: str, bad: RowFaults) -> None:
        for column in (self._settings.text_column, self._settings.label_column):
            mask = pc.match_substring(records.column(column), "\0")
            for row in records.column("row").filter(pc.fill_null(mask, False)).to_pylist():
                bad.add(file, row, f"a NUL byte in column {column}", "text", "Remove it; the file may be damaged.")

    def _coded(self, labels: pa.StringArray) -> np.ndarray:
        encoded = labels.dictionary_encode()
        for label in encoded.dictionary.to_pylist():
            self._codes.setdefault(label, len(self._codes))
        if len(self._codes) > MOST_LABELS:
            found = f"more than {MOST_LABELS:,} different labels"
            way_out = "Is label_column the column with the classes?"
            raise BadInput(Fault(f"column {self._settings.label_column}", found, "classes", way_out))
        codes = np.array([self._codes[label] for label in encoded.dictionary.to_pylist()] + [NO_LABEL], np.int16)
        places = pc.fill_null(encoded.indices, len(codes) - 1).to_numpy(zero_copy_only=False)
        coded: np.ndarray = codes[places]
        return coded

    def _split_codes(self, records: pa.RecordBatch, file: str, given: Split | None, bad: RowFaults) -> np.ndarray:
        column = self._settings.split_column
        if not column:
            return np.full(records.num_rows, SPLITS.index(given) if given else NOT_GIVEN, np.int8)
        codes = pc.index_in(records.column(column), pa.array(SPLITS)).fill_null(NOT_GIVEN)
        unknown = records.filter(pc.equal(codes, NOT_GIVEN))
        for row, value in zip(unknown.column("row").to_pylist(), unknown.column(column).to_pylist(), strict=True):
            bad.add(file, row, f"{value or 'nothing'} in column {column}", f"one of {', '.join(SPLITS)}")
        places: np.ndarray = codes.to_numpy(zero_copy_only=False).astype(np.int8)
        return places


def _blank_as_null(labels: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(labels), ""), pa.scalar(None, pa.string()), labels)


@contextmanager
def staging(path: Path, files: Sequence[str], settings: DataIngestionSettings) -> Iterator[Staging]:
    """Yield a Staging that writes its rows to `path`."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, SCHEMA, options=options) as writer:
        yield Staging(writer, files, settings)


def staged_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows that were written to `path`, in order."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
        yield from reader
