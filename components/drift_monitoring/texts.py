"""The rows of a batch, read and found usable."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from components.contracts.faults import BadInput, Fault, refuse_if_any

FEWEST_ROWS = 50
"""With fewer no test has a chance to find anything."""
MOST_BYTES = 1 << 30
"""Of a file, unpacked: a batch is read into memory whole."""
_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
_COMPRESSED = (".gz", ".bz2")
_NAMED = 5


@dataclass(frozen=True)
class Columns:
    """Where a batch has its texts, and its labels if it has any."""

    text: str = "text"
    label: str = ""


@dataclass(frozen=True)
class Rows:
    """Texts, and what people say of them."""

    texts: list[str]
    """Empty where a row had none: what comes in without a text is a change to be found, and no broken file."""
    labels: list[str | None]
    """None for a text that has no label yet; one that the model does not know is a change as well."""


def read_texts(file: Path, columns: Columns, labels: Sequence[str]) -> Rows:
    """Return the rows of a CSV, TSV, JSON Lines or Parquet file; the text formats may be compressed.

    Args:
        file: of this machine.
        columns: which to read.
        labels: those that the model knows.

    Raises:
        BadInput: everything that is wrong with the file, its columns and its rows.

    """
    table = _read_table(file)
    wanted = [column for column in (columns.text, columns.label) if column]
    refuse_if_any(_missing(table, wanted, file.name))
    texts, faults = _strings(table[columns.text], columns.text, file.name, "text")
    faults += _faults_of_texts(texts, columns.text, file.name)
    given: list[str | None] = [None] * len(texts)
    if columns.label:
        given, wrong = _strings(table[columns.label], columns.label, file.name, "text or a whole number")
        given = [label or None for label in given]
        faults += wrong or _other_labels(given, columns.label, file.name, labels)
    refuse_if_any([*_too_few(texts, file.name), *faults])
    return Rows([text or "" for text in texts], given)


def _read_table(file: Path) -> pa.Table:
    stem = file.name.lower()
    for ending in _COMPRESSED:
        stem = stem.removesuffix(ending)
    ending = next((ending for ending in _ENDINGS if stem.endswith(ending)), "")
    if not ending:
        raise BadInput(Fault(file.name, "an ending that says no format", f"{', '.join(_ENDINGS)}; .gz or .bz2 behind"))
    if not file.stat().st_size:
        raise BadInput(Fault(file.name, "an empty file", "rows"))
    _refuse_too_much(file.stat().st_size, file.name)
    try:
        if ending == ".parquet":
            return pq.read_table(file)
        with pa.input_stream(str(file), compression="detect") as stream:
            content = pa.BufferReader(stream.read_buffer(MOST_BYTES + 1))
        _refuse_too_much(content.size(), file.name)
        block = max(content.size(), 1)  # one block, so that a text may be as long as it is
        if ending in (".csv", ".tsv"):
            parse = pa_csv.ParseOptions(delimiter="\t" if ending == ".tsv" else ",", newlines_in_values=True)
            return _csv_table(content, block, parse)
        return pa_json.read_json(content, pa_json.ReadOptions(block_size=block))
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
        way_out = "Save it as UTF-8, with the ending of its format."
        raise BadInput(
            Fault(file.name, f"no readable {ending[1:]} ({reason})", f"{ending[1:]} rows", way_out)
        ) from None


def _refuse_too_much(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise BadInput(Fault(name, f"more than {MOST_BYTES:,} bytes", "at most as many", "Take a sample of the texts."))


def _csv_table(content: pa.BufferReader, block: int, parse: pa_csv.ParseOptions) -> pa.Table:
    """Return every column as strings; an empty field is null."""
    read = pa_csv.ReadOptions(block_size=block)
    with pa_csv.open_csv(content, read, parse) as header:
        names = header.schema.names
    content.seek(0)
    strings = dict.fromkeys(names, pa.string())
    convert = pa_csv.ConvertOptions(column_types=strings, null_values=[""], strings_can_be_null=True)
    return pa_csv.read_csv(content, read, parse, convert)


def _missing(table: pa.Table, wanted: Sequence[str], name: str) -> list[Fault]:
    there = ", ".join(table.column_names[:12]) or "no column"
    faults = []
    for column in wanted:
        found = table.column_names.count(column)
        if found != 1:
            what = "no such column" if not found else f"{found} columns of that name"
            faults.append(Fault(f"column {column} of {name}", what, f"one of those that it has: {there}"))
    return faults


def _strings(column: pa.ChunkedArray, of: str, name: str, expected: str) -> tuple[list[str | None], list[Fault]]:
    """Return the column's values as strings; and the fault of a column of another type, with no values."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    number = pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    string = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if string or pa.types.is_null(kind) or (number and "number" in expected):
        return pc.cast(column, pa.string()).to_pylist(), []
    return [None] * len(column), [Fault(f"column {of} of {name}", f"values of the type {kind}", expected)]


def _too_few(texts: Sequence[str | None], name: str) -> list[Fault]:
    filled = sum(bool(text) for text in texts)
    if filled >= FEWEST_ROWS:
        return []
    found = f"{len(texts)} row{'' if len(texts) == 1 else 's'}"
    found += f", {filled} of them with a text" if filled < len(texts) else ""
    return [Fault(name, found, f"at least {FEWEST_ROWS} with a text", "Gather the texts of a longer time.")]


def _faults_of_texts(texts: Sequence[str | None], column: str, name: str) -> list[Fault]:
    broken = [place for place, text in enumerate(texts, 1) if text is not None and "\0" in text]
    return [Fault(f"column {column} of {name}", f"NUL characters in {_rows(broken)}", "text")] if broken else []


def _other_labels(given: Sequence[str | None], column: str, name: str, known: Sequence[str]) -> list[Fault]:
    """Return the fault of a column that holds something else: none of its labels is one of the model's."""
    there = sorted({label for label in given if label is not None})
    if not there or set(there) & set(known):
        return []
    more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
    found = f"no label that the model knows ({', '.join(label[:40] for label in there[:_NAMED])}{more})"
    return [Fault(f"column {column} of {name}", found, f"labels such as {', '.join(known)}", "Is it the right column?")]


def _rows(places: Sequence[int]) -> str:
    more = f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else ""
    return f"row{'s' if len(places) > 1 else ''} {', '.join(f'{place:,}' for place in places[:_NAMED])}{more}"
