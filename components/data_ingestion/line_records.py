"""Records that are lines: JSON Lines, and lines of a label and a text.

Not Arrow's JSON reader: its errors name neither the line nor what stood there, and it takes one type a column.
"""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from components.contracts.faults import BadInput, Fault
from components.data_ingestion.columns import BATCH_ROWS, refuse_missing
from components.data_ingestion.row_faults import RowFaults

LONGEST_LINE_MIB = 16
Record = dict[str, Any]

_JSON_TYPES = {str: "text", int: "a number", float: "a number", bool: "a boolean", list: "a list", dict: "an object"}


def read_jsonl(text: io.BufferedReader, name: str, wanted: dict[str, str], bad: RowFaults) -> Iterator[pa.RecordBatch]:
    """Yield the lines as batches of `row` (the line's number) and the wanted columns, all of them strings.

    Args:
        text: UTF-8, a JSON object a line, lines of up to 16 MiB; blank lines are passed over.
        name: the file, for messages.
        wanted: the needed columns.
        bad: hears of lines that are no JSON object, and of values of a wrong type; they become null.

    Raises:
        BadInput: no line up to the first batch's end has a wanted column, or a line is too long.

    """

    def parse(line: bytes, number: int) -> Record | None:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            bad.add(name, number, f"a line that is no JSON ({reason})", "one JSON object a line")
            return None
        if not isinstance(record, dict):
            bad.add(name, number, f"{_JSON_TYPES.get(type(record), 'null')}", "one JSON object a line")
            return None
        return record

    return _batches(text, name, wanted, bad, parse)


def read_label_first(
    text: io.BufferedReader, name: str, wanted: dict[str, str], bad: RowFaults
) -> Iterator[pa.RecordBatch]:
    """Yield the lines `LABEL text` as batches of `row` (the line's number) and the wanted columns `label` and `text`.

    Args:
        text: UTF-8, lines of up to 16 MiB; blank lines are passed over.
        name: the file, for messages.
        wanted: the needed columns.
        bad: hears of lines that are a label only.

    Raises:
        BadInput: another column than `text` and `label` is wanted, or a line is too long.

    """

    def parse(line: bytes, number: int) -> Record | None:
        label, space, rest = line.decode().rstrip("\r\n").partition(" ")
        if not space:
            bad.add(name, number, "one word", "a label, a space and a text")
            return None
        return {"label": label, "text": rest}

    return _batches(text, name, wanted, bad, parse)


def _batches(
    text: io.BufferedReader,
    name: str,
    wanted: dict[str, str],
    bad: RowFaults,
    parse: Callable[[bytes, int], Record | None],
) -> Iterator[pa.RecordBatch]:
    numbers: list[int] = []
    records: list[Record] = []
    seen: dict[str, None] = {}
    checked = False
    for number, line in _lines(text, name):
        record = parse(line, number)
        if record is None:
            continue
        numbers.append(number)
        records.append(record)
        if not checked:
            seen |= dict.fromkeys(record)
        if len(records) == BATCH_ROWS:
            if not checked:
                refuse_missing(wanted, list(seen), name)
                checked = True
            yield _batch(numbers, records, name, wanted, bad)
            numbers, records = [], []
    if records:
        if not checked:
            refuse_missing(wanted, list(seen), name)
        yield _batch(numbers, records, name, wanted, bad)


def _lines(text: io.BufferedReader, name: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    limit = LONGEST_LINE_MIB << 20
    while line := text.readline(limit + 1):
        number += 1
        if len(line) > limit:
            fault = Fault(f"{name} line {number:,}", f"more than {LONGEST_LINE_MIB} MiB", "shorter lines")
            raise BadInput(fault)
        if not line.isspace():
            yield number, line


def _batch(
    numbers: list[int], records: list[Record], name: str, wanted: dict[str, str], bad: RowFaults
) -> pa.RecordBatch:
    columns = [pa.array(numbers, pa.int64())]
    for column, setting in wanted.items():
        values = [record.get(column) for record in records]
        columns.append(_strings(values, numbers, column, setting, name, bad))
    return pa.record_batch(columns, names=["row", *wanted])


def _strings(
    values: list[Any], numbers: list[int], column: str, setting: str, name: str, bad: RowFaults
) -> pa.StringArray:
    for place, value in enumerate(values):
        if value is None or type(value) is str:
            continue
        if setting != "text_column" and isinstance(value, (bool, int)):
            values[place] = json.dumps(value)
            continue
        expected = "text" if setting == "text_column" else "text, a whole number or a boolean"
        bad.add(name, numbers[place], f"{_JSON_TYPES[type(value)]} in column {column}", expected)
        values[place] = None
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell and UTF-8 cannot
        return pa.array(list(_without_surrogates(values, numbers, column, name, bad)), pa.string())


def _without_surrogates(
    values: list[str | None], numbers: list[int], column: str, name: str, bad: RowFaults
) -> Iterator[str | None]:
    for number, value in zip(numbers, values, strict=True):
        try:
            (value or "").encode()
            yield value
        except UnicodeEncodeError:
            bad.add(name, number, f"half of a surrogate pair in column {column}", "whole characters")
            yield None
