"""Rows that break an expectation, shown so that they can be found and no personal data is repeated."""

import re
from dataclasses import dataclass

import numpy as np
from ftfy.badness import BADNESS_RE

from components.contracts.dataset import SPLITS
from components.data_validation.encodings import CONTROL, REPLACEMENT
from components.data_validation.judge import Outcome
from components.data_validation.lengths import SCANNED_CHARACTERS
from components.data_validation.measure import Measured
from components.data_validation.personal_data import mask
from components.data_validation.rows import Rows
from components.data_validation.same_texts import NONE

_EXCERPT_CHARACTERS = 80
_LABEL_CHARACTERS = 40
_BEFORE_CHARACTERS = 24
"""How much of an excerpt stands before what it is about."""
_LONGEST_NUMBER = 300
"""Characters of personal data that the end of what was searched may have cut in two."""
_MASK = re.compile(r"\*{2}")
_ABOUT = {
    "replacement_characters": re.compile(REPLACEMENT),
    "control_characters": CONTROL,
    "mojibake": BADNESS_RE,
    "email_addresses": _MASK,
    "phone_numbers": _MASK,
    "card_numbers": _MASK,
}
"""What an excerpt has to show; the beginning of the text for every other expectation."""


@dataclass(frozen=True)
class Example:
    """One row that breaks an expectation."""

    place: str
    """File, row number, split and label; or the split, label or column that is meant."""
    excerpt: str
    """From the text, masked; empty where there is none."""
    note: str
    """What was measured there."""

    def __str__(self) -> str:
        excerpt = f" “{self.excerpt}”" if self.excerpt else ""
        return f"{self.place}{excerpt}{f' ({self.note})' if self.note else ''}"


def examples_of(outcome: Outcome, measured: Measured, rows: Rows | None, region: str) -> list[Example]:
    """Return the examples of a check that found something.

    Args:
        outcome: what became of the check.
        measured: the tables that it was judged on.
        rows: the data set's rows; None where it could not be read, and only the table of the columns is there.
        region: the country of phone numbers without a `+`, for masking.

    """
    check = outcome.check
    if check.table != "rows" or rows is None:
        return [_of_table(outcome, place, measured, region) for place in outcome.examples]
    about = _ABOUT.get(check.name)
    return [
        Example(
            place_of(rows, place, region),
            excerpt(rows.text[place] or "", region, about),
            _note(check.column, place, measured, rows, region),
        )
        for place in outcome.examples
    ]


def place_of(rows: Rows, place: int, region: str) -> str:
    """Return where a row came from: file, row number, split and label."""
    label = shown_label(rows.label[place], region)
    return f"{rows.file[place]} row {rows.row[place]:,} ({SPLITS[rows.split[place]]}, {label})"


def shown_label(label: str | None, region: str) -> str:
    """Return a label for people: masked like any text, and not too long."""
    if label is None:
        return "no label"
    return _cut(_printable(mask(label[:SCANNED_CHARACTERS], region).text), 0, _LABEL_CHARACTERS)


def excerpt(text: str, region: str, about: re.Pattern[str] | None = None) -> str:
    """Return a piece of `text` on one line, masked before it is cut, around the first place that `about` matches."""
    masked = mask(text[:SCANNED_CHARACTERS], region).text
    if len(text) > SCANNED_CHARACTERS:
        masked = masked[:-_LONGEST_NUMBER]
    match = about.search(masked) if about else None
    start = max(0, match.start() - _BEFORE_CHARACTERS) if match else 0
    return _cut(_printable(masked[start:]), start, _EXCERPT_CHARACTERS)


def _printable(text: str) -> str:
    """Return `text` with white space as single spaces, and what cannot be seen as its code."""
    line = re.sub(r"[ \t\r\n]+", " ", text[: 4 * _EXCERPT_CHARACTERS]).strip(" ")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" for c in line)


def _cut(text: str, start: int, characters: int) -> str:
    return f"{'…' if start else ''}{text[:characters]}{'…' if len(text) > characters else ''}"


def _note(column: str, place: int, measured: Measured, rows: Rows, region: str) -> str:
    """Return what was measured in `column`, and the other row that it comes from."""
    value = measured.tables["rows"][column].iloc[place]
    if not isinstance(value, (float, np.floating)) or np.isnan(value):
        return ""
    note = f"{column}: {_number(float(value))}"
    relation = measured.others.get(column)
    if relation is None or relation.other[place] == NONE:
        return note
    return f"{note}, as {place_of(rows, int(relation.other[place]), region)}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() else f"{value:.2f}"


def _of_table(outcome: Outcome, place: int, measured: Measured, region: str) -> Example:
    row = measured.tables[outcome.check.table].iloc[place]
    match outcome.check.table:
        case "columns":
            return Example(f"{row['split']}.{row['column']}", "", f"{row['type']} instead of {row['expected type']}")
        case "splits":
            texts, required = row["different texts"], row["required texts"]
            return Example(
                row["split"], "", f"{texts:,} different texts in {row['rows']:,} rows, {required:,} required"
            )
        case _:
            return Example(shown_label(row["label"], region), "", f"{_number(row['training rows'])} training rows")
