"""A file that is not what it should be is refused with the file, the row, and what was found there."""

import bz2
import codecs
import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from tests.components.data_ingestion.sources import (
    as_csv,
    as_jsonl,
    as_parquet,
    pairs_of,
    refusal,
    reviews,
    run,
)

ROWS = as_csv(reviews())
COLUMNS = {"text": [text for text, _ in reviews()], "label": [label for _, label in reviews()]}
PARQUET = as_parquet(COLUMNS)
OTHER_KIND = {
    "empty": ("reviews.csv", b"", "reviews.csv: found an empty file; expected rows."),
    "empty gzip": ("reviews.csv.gz", gzip.compress(b""), "found an empty file"),
    "empty, called gzip": ("reviews.csv.gz", b"", "found an empty file"),
    "header only": ("reviews.csv", b"text,label\n", "reviews.csv: found no row; expected rows."),
    "blank lines only": ("reviews.csv", b"\n\n\n", "found blank lines only; expected a header and rows"),
    "blank JSON Lines": ("reviews.jsonl", b"\n\n", "found no row"),
    "Parquet as CSV": ("reviews.csv", PARQUET, "found Parquet data; expected csv text. Correct its ending."),
    "gzip as CSV": ("reviews.csv", gzip.compress(ROWS), "found gzip data; expected csv text. Correct its ending."),
    "gzip in bzip2": ("reviews.csv.bz2", bz2.compress(gzip.compress(ROWS)), "found gzip data; expected csv text"),
    "HTML as CSV": ("reviews.csv", b"\n<!DOCTYPE html><html></html>", "found an HTML or XML page; expected csv text"),
    "spreadsheet": ("reviews.tsv", b"PK\x03\x04....", "found a ZIP archive, or an office document; expected tsv text"),
    "UTF-16": ("reviews.csv", ROWS.decode().encode("utf-16"), "found UTF-16 text; expected csv text. Save it as text"),
    "LFS": ("reviews.csv", b"version https://git-lfs.github.com/spec/v1\n", "found a Git LFS pointer, not the data"),
    "CSV as Parquet": ("reviews.parquet", ROWS, "found other bytes; expected Parquet data. Correct its ending"),
    "gzip as Parquet": ("reviews.parquet", gzip.compress(ROWS), "found gzip data; expected Parquet data"),
    "CSV as gzip": ("reviews.csv.gz", ROWS, "found other bytes; expected gzip data"),
    "bzip2 as gzip": ("reviews.csv.gz", bz2.compress(ROWS), "found bzip2 data; expected gzip data"),
    "cut gzip": ("reviews.csv.gz", gzip.compress(ROWS)[:-20], "found broken gzip data"),
    "cut bzip2": ("reviews.csv.bz2", bz2.compress(ROWS)[:-20], "found broken bzip2 data"),
    "damaged bzip2": ("reviews.csv.bz2", bz2.compress(ROWS)[:40] + b"x" * 200, "found broken bzip2 data"),
    "cut Parquet": ("reviews.parquet", PARQUET[:-20], "found broken Parquet data after row 0"),
    "damaged Parquet": ("reviews.parquet", PARQUET[:10] + b"\xff" * 200 + PARQUET[210:], "broken Parquet data"),
    "unknown ending": ("reviews.txt", ROWS, "reviews.txt: found an ending that says no format; expected .csv, .tsv"),
    "JSON array": ("reviews.json", b'[{"text": "a", "label": "b"}]', "row 1: found a list; expected one JSON object"),
    "JSON null": ("reviews.jsonl", b"null\n", "row 1: found null; expected one JSON object a line"),
    "NUL bytes": ("reviews.csv", b"text,label\na,b\nc\0d,b\n", "row 2: found a NUL byte in column text"),
    "NUL in JSON": ("reviews.jsonl", b'{"text": "a\\u0000", "label": "b"}\n', "row 1: found a NUL byte in column text"),
    "NUL in label": ("reviews.csv", b"text,label\na,b\nc,\0\n", "row 2: found a NUL byte in column label"),
    "too few fields": ("reviews.csv", b"text,label\na,b\nc\n", "row 2: found 1 fields; expected 2, as in the header"),
    "too many fields": ("reviews.tsv", b"text\tlabel\na\tb\n\nc\td\te\n", "row 2: found 3 fields; expected 2"),
    "doubled column": ("reviews.csv", b"text,label,text\na,b,c\n", "found text twice in reviews.csv"),
    "half a character": ("reviews.jsonl", b'{"text": "a\\ud800", "label": "b"}\n', "row 1: found half of a surrogate"),
    "label only": ("reviews.txt", b"DESC\n", "row 1: found one word; expected a label, a space and a text"),
}


@pytest.mark.parametrize("case", OTHER_KIND)
def test_refuses(tmp_path: Path, case: str) -> None:
    name, data, said = OTHER_KIND[case]
    (tmp_path / name).write_bytes(data)
    values = {"format": "label-first"} if case == "label only" else {}
    message = refusal(tmp_path / name, tmp_path / "out", **values)
    assert said in message
    assert name in message


def test_a_broken_json_line(tmp_path: Path) -> None:
    lines = as_jsonl(reviews()).splitlines(keepends=True)
    lines[6] = b'{"text": "cut\n'
    lines[9] = b"[" * 100_000 + b"\n"
    (tmp_path / "reviews.jsonl").write_bytes(b"\n".join([lines[0], b"".join(lines[1:])]))
    said = refusal(tmp_path / "reviews.jsonl", tmp_path / "out").splitlines()
    assert said[0].startswith("reviews.jsonl row 8: found a line that is no JSON (Invalid control character at)")
    assert said[1].startswith("reviews.jsonl row 11: found a line that is no JSON (RecursionError)")


@pytest.mark.parametrize(("ending", "rows"), [("csv", ROWS), ("jsonl", as_jsonl(reviews())), ("parquet", PARQUET)])
def test_no_such_column(tmp_path: Path, ending: str, rows: bytes) -> None:
    (tmp_path / f"reviews.{ending}").write_bytes(rows)
    values = {"text_column": "Txt", "label_column": "stars", "keep": {"category": ["x"]}, "split_column": "fold"}
    said = refusal(tmp_path / f"reviews.{ending}", tmp_path / "out", **values).splitlines()
    wrong = {"text_column": "Txt", "label_column": "stars", "keep": "category", "split_column": "fold"}
    hints = {"text_column": " Did you mean text?"}
    assert said == [
        f"data_ingestion.{setting}: found {column}, which is no column of reviews.{ending}; "
        f"expected one of its columns.{hints.get(setting, '')} It has text, label."
        for setting, column in wrong.items()
    ]


def test_no_such_column_in_a_label_first_file(tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_bytes(b"DESC what\nNUM how many\n")
    said = refusal(tmp_path / "questions.txt", tmp_path / "out", format="label-first", label_column="class")
    assert "found class, which is no column of questions.txt" in said


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_broken_utf_8(tmp_path: Path, ending: str) -> None:
    pairs = [("the café", label) if row == 25 else (text, label) for row, (text, label) in enumerate(reviews())]
    separators = {"csv": ",", "tsv": "\t"}
    text = (
        "\n".join(f'{{"text": "{text}", "label": "{label}"}}' for text, label in pairs)
        if ending == "jsonl"
        else "\n".join(separators[ending].join(pair) for pair in [("text", "label"), *pairs])
    )
    path = tmp_path / f"reviews.{ending}"
    path.write_bytes(text.encode("latin-1"))
    line = 26 if ending == "jsonl" else 27
    said = refusal(path, tmp_path / "out")
    assert f"reviews.{ending} line {line}: found bytes that are no UTF-8 (e9); expected UTF-8 text." in said
    assert "set data_ingestion.encoding to latin-1" in said
    run(path, tmp_path / "out", encoding="latin-1")
    assert pairs_of(tmp_path / "out") == pairs


def test_utf_8_that_breaks_off_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes(ROWS + "é".encode()[:1])
    assert "line 42: found bytes that are no UTF-8 (c3)" in refusal(tmp_path / "reviews.csv", tmp_path / "out")


def test_characters_that_lie_across_the_reading_buffer(tmp_path: Path) -> None:
    long = ("é漢😀" * 400_000, "fresh")
    (tmp_path / "reviews.csv").write_bytes(as_csv([("x", "fresh"), long, *reviews()]))
    run(tmp_path / "reviews.csv", tmp_path / "out")
    assert long in pairs_of(tmp_path / "out")


def test_broken_utf_8_in_parquet(tmp_path: Path) -> None:
    texts = pa.array([text.encode() for text, _ in reviews(7)] + ["café".encode("latin-1")]).view(pa.string())
    (tmp_path / "reviews.parquet").write_bytes(as_parquet({"text": texts, "label": ["a", "b"] * 4}))
    said = refusal(tmp_path / "reviews.parquet", tmp_path / "out")
    assert said == "reviews.parquet row 8: found bytes that are no UTF-8 in column text; expected UTF-8 text."


@pytest.mark.parametrize(("ending", "rows"), [("csv", ROWS), ("jsonl", as_jsonl(reviews()))])
def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path, ending: str, rows: bytes) -> None:
    (tmp_path / f"reviews.{ending}").write_bytes(codecs.BOM_UTF8 + rows)
    run(tmp_path / f"reviews.{ending}", tmp_path / "out")
    assert pairs_of(tmp_path / "out") == reviews()


def test_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes(ROWS.replace(b"\n", b"\r\n"))
    run(tmp_path / "reviews.csv", tmp_path / "out")
    assert pairs_of(tmp_path / "out") == reviews()


def test_text_that_is_no_text_in_json_lines(tmp_path: Path) -> None:
    pairs = [(row if row % 3 else ["a"], 0.5 if row == 1 else "fresh") for row in range(30)]
    (tmp_path / "reviews.jsonl").write_bytes(as_jsonl(pairs))
    said = refusal(tmp_path / "reviews.jsonl", tmp_path / "out").splitlines()
    assert said == [
        "reviews.jsonl rows 1, 4, 7, 10, 13 and 5 more: found a list in column text; expected text.",
        "reviews.jsonl rows 2, 3, 5, 6, 8 and 15 more: found a number in column text; expected text.",
        "reviews.jsonl row 2: found a number in column label; expected text, a whole number or a boolean.",
    ]


def test_text_that_is_no_text_in_parquet(tmp_path: Path) -> None:
    (tmp_path / "reviews.parquet").write_bytes(as_parquet({"text": [["a"], ["b"]], "label": [0.5, 1.0]}))
    said = refusal(tmp_path / "reviews.parquet", tmp_path / "out").splitlines()
    assert said[0].startswith(
        "reviews.parquet column text: found list<element: string> from row 1 on; expected strings"
    )
    assert said[1].startswith(
        "reviews.parquet column label: found double from row 1 on; expected strings, whole numbers"
    )


def test_a_parquet_column_without_any_value(tmp_path: Path) -> None:
    (tmp_path / "reviews.parquet").write_bytes(as_parquet({"text": ["a", "b"], "label": [None, None]}))
    assert "found no label at all" in refusal(tmp_path / "reviews.parquet", tmp_path / "out")


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes(b'text,label\na,b\n"open,fresh\n' + b"more,rotten\n" * 3_000_000)
    said = refusal(tmp_path / "reviews.csv", tmp_path / "out")
    assert "reviews.csv: found a text of more than 16 MiB" in said
    assert "Look for a quotation mark that is never closed, after row 1." in said


def test_a_line_of_more_than_16_mib(tmp_path: Path) -> None:
    (tmp_path / "reviews.jsonl").write_bytes(b"\n" + b"x" * (17 << 20))
    assert "reviews.jsonl line 2: found more than 16 MiB" in refusal(tmp_path / "reviews.jsonl", tmp_path / "out")


def test_rows_after_a_bad_record_keep_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes(b"text,label\na,b\nc\nd,e,f\n\ng\0,b\n")
    said = refusal(tmp_path / "reviews.csv", tmp_path / "out").splitlines()
    assert [line.partition(":")[0] for line in said] == ["reviews.csv row 2", "reviews.csv row 3", "reviews.csv row 4"]


def test_more_than_a_batch_of_json_lines(tmp_path: Path) -> None:
    (tmp_path / "reviews.jsonl").write_bytes(as_jsonl(reviews(20_000)))
    run(tmp_path / "reviews.jsonl", tmp_path / "out")
    assert pairs_of(tmp_path / "out") == reviews(20_000)
