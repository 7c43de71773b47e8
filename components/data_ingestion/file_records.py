"""The records of one file, whatever its format."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.data_ingestion.columns import wanted_columns
from components.data_ingestion.config import DataIngestionSettings, Format
from components.data_ingestion.csv_records import read_csv
from components.data_ingestion.formats import (
    SIGNATURE_BYTES,
    compression_of,
    contradiction,
    format_of,
    unknown_ending,
)
from components.data_ingestion.line_records import read_jsonl, read_label_first
from components.data_ingestion.parquet_records import read_parquet
from components.data_ingestion.row_faults import RowFaults
from components.data_ingestion.stream import as_utf8, buffered, decompressed


def read_records(
    raw: io.RawIOBase, name: str, settings: DataIngestionSettings, bad: RowFaults, spare: Path
) -> Iterator[pa.RecordBatch]:
    """Yield the records of a file as batches of `row` (1-based) and the wanted columns, all of them strings.

    Args:
        raw: the file's bytes.
        name: its name, for its ending and for messages.
        settings: the room's settings.
        bad: hears of single records that cannot be used.
        spare: a path to put the bytes of a Parquet file, which has its directory at the end; removed afterwards.

    Raises:
        BadInput: the file is not what its ending says, or is empty, or a wanted column is not there.

    """
    kind = _format(name, settings)
    content = buffered(raw)
    compression = compression_of(name)
    if compression and content.peek(1):
        _refuse_contradiction(content, compression, name)
        content = decompressed(content, compression, name)
    if not content.peek(1):
        raise BadInput(Fault(name, "an empty file", "rows"))
    _refuse_contradiction(content, kind, name)
    wanted = wanted_columns(settings)
    if kind == "parquet":
        yield from _spooled_parquet(content, name, wanted, bad, spare)
        return
    text = as_utf8(content, settings.encoding, name)
    if kind == "jsonl":
        yield from read_jsonl(text, name, wanted, bad)
    elif kind == "label-first":
        yield from read_label_first(text, name, wanted, bad)
    else:
        yield from read_csv(text, name, "\t" if kind == "tsv" else ",", wanted, bad)


def _format(name: str, settings: DataIngestionSettings) -> Format:
    kind = format_of(name) if settings.format == "auto" else settings.format
    if kind is None:
        raise BadInput(unknown_ending(name))
    return kind


def _refuse_contradiction(content: io.BufferedReader, expected: str, name: str) -> None:
    fault = contradiction(content.peek(SIGNATURE_BYTES)[:SIGNATURE_BYTES], expected, name)
    refuse_if_any([fault] if fault else [])


def _spooled_parquet(
    content: io.BufferedReader, name: str, wanted: dict[str, str], bad: RowFaults, spare: Path
) -> Iterator[pa.RecordBatch]:
    with spare.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    yield from read_parquet(spare, name, wanted, bad)
    spare.unlink()
