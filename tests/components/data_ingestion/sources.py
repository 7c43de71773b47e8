"""Writes small sources, and runs the room on them."""

import bz2
import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.contracts.dataset import SPLITS, Dataset, read_dataset, read_split
from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.contracts.tracking import StepRun
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve

Pair = tuple[str | None, str | None]


def reviews(rows: int = 40) -> list[Pair]:
    """Return `rows` different texts with one of two labels."""
    return [
        (f"the film number {row} was {('good', 'bad')[row % 2]}", ("fresh", "rotten")[row % 2]) for row in range(rows)
    ]


def as_csv(pairs: Iterable[Sequence[Any]], header: Sequence[str] = ("text", "label"), delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *pairs])
    return out.getvalue().encode()


def as_jsonl(pairs: Iterable[tuple[Any, Any]]) -> bytes:
    return b"".join(json.dumps({"text": text, "label": label}).encode() + b"\n" for text, label in pairs)


def as_parquet(columns: dict[str, Any]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def write(path: Path, pairs: list[Pair]) -> Path:
    """Write `pairs` in the format that the path's ending says."""
    text, label = zip(*pairs, strict=True)
    stem = path.name.removesuffix(".gz").removesuffix(".bz2")
    kinds = {
        ".csv": lambda: as_csv(pairs),
        ".tsv": lambda: as_csv(pairs, delimiter="\t"),
        ".jsonl": lambda: as_jsonl(pairs),
        ".parquet": lambda: as_parquet({"text": list(text), "label": list(label)}),
    }
    data = kinds[Path(stem).suffix]()
    packed = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix, lambda data: data)(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed)
    return path


def settings(source: Path | str, **values: Any) -> DataIngestionSettings:
    return read_settings(DataIngestionSettings, {"source": str(source), **values}, "data_ingestion")


def run(source: Path | str, folder: Path, **values: Any) -> Dataset:
    """Resolve and ingest `source`, and check the contract that comes out."""
    config = settings(source, **values)
    dataset = ingest(resolve(config), config, folder, StepRun())
    assert read_dataset(folder) == dataset
    return dataset


def rows_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    dataset = read_dataset(folder)
    return {split: read_split(folder, dataset, split).to_pylist() for split in SPLITS}


def pairs_of(folder: Path) -> list[Pair]:
    """Return all (text, label) pairs in the order of the source."""
    rows = sorted(
        (row for split in rows_of(folder).values() for row in split), key=lambda row: (row["file"], row["row"])
    )
    return [(row["text"], row["label"]) for row in rows]


def refusal(source: Path | str, folder: Path, **values: Any) -> str:
    """Return the sentences with which the room refuses `source`, having checked that nothing was left behind."""
    with pytest.raises(BadInput) as caught:
        run(source, folder, **values)
    assert not folder.exists()
    assert not list(folder.parent.glob(f".{folder.name}*"))
    return str(caught.value)
