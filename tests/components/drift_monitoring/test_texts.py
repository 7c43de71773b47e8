"""Every format gives the same rows, and what cannot be used is a sentence."""

import bz2
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.contracts.faults import BadInput
from components.drift_monitoring import texts
from components.drift_monitoring.texts import FEWEST_ROWS, Columns, Rows, read_texts
from tests.components.drift_monitoring.conftest import write_csv

LABELS = ["0", "1"]
TEXTS = ["plain", 'with, comma and "quotes"', "two\nlines", "ünïcödé 🎬", "  spaces  ", "NA", "null", "x" * 2_000_000]
ROWS = Rows(TEXTS * 8, ["0", None] * 32)
PLACES = Columns("text", "label")


def written(path: Path, rows: Rows) -> Path:
    """Write rows in the format that the path's ending says."""
    stem = path.with_suffix("") if path.suffix in (".gz", ".bz2") else path
    if stem.suffix == ".parquet":
        pq.write_table(pa.table({"text": rows.texts, "label": rows.labels}), path)
        return path
    if stem.suffix == ".jsonl":
        lines = [
            json.dumps({"text": text, "label": label, "more": 1})
            for text, label in zip(rows.texts, rows.labels, strict=True)
        ]
        stem.write_text("\n".join(lines), encoding="utf-8")
    else:
        write_csv(stem, rows.texts, rows.labels)
        if stem.suffix == ".tsv":
            stem.write_text(stem.read_text(encoding="utf-8").replace("text,label", "text\tlabel"), encoding="utf-8")
    if stem != path:
        path.write_bytes({".gz": gzip.compress, ".bz2": bz2.compress}[path.suffix](stem.read_bytes()))
    return path


@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz", "b.jsonl", "b.jsonl.bz2", "b.parquet", "B.CSV"])
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    assert read_texts(written(tmp_path / name, ROWS), PLACES, LABELS) == ROWS


def test_tabs_part_the_fields_of_a_tsv(tmp_path: Path) -> None:
    path = tmp_path / "b.tsv"
    path.write_text("label\ttext\n" + "0\ta, b\n" * 60)
    assert read_texts(path, PLACES, LABELS) == Rows(["a, b"] * 60, ["0"] * 60)


@pytest.mark.parametrize("kind", [pa.int64(), pa.bool_(), pa.dictionary(pa.int8(), pa.string()), pa.large_string()])
def test_labels_may_be_numbers_and_dictionaries(tmp_path: Path, kind: pa.DataType) -> None:
    labels = pa.array(["1", "0"] * 30)
    column = labels.dictionary_encode() if pa.types.is_dictionary(kind) else labels.cast(kind)
    pq.write_table(pa.table({"text": ["a"] * 60, "label": column}), tmp_path / "b.parquet")
    known = ["true", "false"] if pa.types.is_boolean(kind) else LABELS
    assert set(read_texts(tmp_path / "b.parquet", PLACES, known).labels) == set(known)


def test_rows_without_a_text_and_with_new_labels_are_kept(tmp_path: Path) -> None:
    rows = read_texts(written(tmp_path / "b.csv", Rows(["", *["a"] * 60], ["2", *["0"] * 60])), PLACES, LABELS)
    assert rows == Rows(["", *["a"] * 60], ["2", *["0"] * 60])


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read_texts(written(tmp_path / "b.csv", ROWS), Columns("body", "class"), LABELS)
    assert [str(fault) for fault in refused.value.faults] == [
        "column body of b.csv: found no such column; expected one of those that it has: text, label.",
        "column class of b.csv: found no such column; expected one of those that it has: text, label.",
    ]


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("text,text\n" + "a,b\n" * 60)
    with pytest.raises(BadInput, match="found 2 columns of that name"):
        read_texts(tmp_path / "b.csv", Columns(), LABELS)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("b.csv", b"", "b.csv: found an empty file; expected rows."),
        ("b.csv", b"text\n", f"b.csv: found 0 rows; expected at least {FEWEST_ROWS} with a text"),
        ("b.csv", b"text\na film\n", f"b.csv: found 1 row; expected at least {FEWEST_ROWS} with a text"),
        ("b.csv", b"text,label\na,b,c\n", "b.csv: found no readable csv"),
        ("b.csv", b"text\n\xff\xfe\n", "b.csv: found no readable csv"),
        ("b.jsonl", b'{"text": "a"}\n{"text": 3}\n', "b.jsonl: found no readable jsonl"),
        ("b.jsonl", b'{"text": 3}\n' * 60, "column text of b.jsonl: found values of the type int64; expected text."),
        ("b.jsonl", b"not json", "b.jsonl: found no readable jsonl"),
        ("b.parquet", b"PAR1 no more", "b.parquet: found no readable parquet"),
        ("b.csv.gz", b"not gzip", "b.csv.gz: found no readable csv"),
        ("b.xlsx", b"PK", "b.xlsx: found an ending that says no format"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_texts(tmp_path / name, Columns(), LABELS)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz", "b.jsonl.bz2"])
def test_more_than_fits_is_a_sentence_however_small_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = written(tmp_path / name, Rows(["the same film"] * 1000, [None] * 1000))
    unpacked = len(read_texts(file, Columns(), LABELS).texts) * len("the same film")
    monkeypatch.setattr(texts, "MOST_BYTES", unpacked)
    assert file.stat().st_size < unpacked or name == "b.csv"
    with pytest.raises(BadInput) as refused:
        read_texts(file, Columns(), LABELS)
    assert str(refused.value) == (
        f"{name}: found more than {unpacked:,} bytes; expected at most as many. Take a sample of the texts."
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["b.csv", "b.tsv", "b.jsonl", "b.parquet", "b.csv.gz"]))
def test_no_bytes_lead_to_a_traceback(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput):
        read_texts(tmp_path / name, Columns(), LABELS)
