"""Rows with the same text: copies inside a split, in an earlier split, and under another label."""

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from components.data_validation.rows import Floats, Integers, Rows

NONE = -1
"""In place of a row's number: there is no such row."""


@dataclass(frozen=True)
class Relation:
    """A number a row, and the other row that it comes from."""

    value: Floats
    """(rows,); NaN where the question does not arise."""
    other: Integers
    """(rows,): the place of the other row among all, or `NONE`."""


@dataclass(frozen=True)
class SameTexts:
    """What is the same among all texts."""

    group: Integers
    """(rows,): equal numbers for equal texts; `NONE` for missing and blank ones."""
    copies: Relation
    """How many earlier rows of the same split have the text; the other is the first of them."""
    leaked: Relation
    """For held-out rows, how many rows of earlier splits have the text; the other is the first of them."""
    labels: Relation
    """How many labels the text has; the other is the first row with another label."""


def find_same_texts(rows: Rows, normal_forms: list[str | None]) -> SameTexts:
    """Return which rows share their text, by its normal form; a blank text is the same as no other."""
    codes, _ = pd.factorize(pd.Series([form or None for form in normal_forms], dtype="object"))
    group = codes.astype(np.int64)
    labels, _ = pd.factorize(pd.Series(rows.label, dtype="object"))
    frame = pd.DataFrame({"group": group, "split": rows.split, "label": labels, "place": np.arange(len(rows))})
    frame = frame[frame["group"] != NONE]
    return SameTexts(group, _copies(frame, len(rows)), _leaked(frame, len(rows)), _labels(frame, len(rows)))


def _copies(frame: pd.DataFrame, rows: int) -> Relation:
    by_text = frame.groupby(["group", "split"], sort=False)["place"]
    return _spread(frame, by_text.cumcount(), by_text.transform("first"), rows)


def _leaked(frame: pd.DataFrame, rows: int) -> Relation:
    first = frame.groupby("group", sort=False)["place"].transform("first")
    # rows stand in the order of the splits: those of a text before its first one in this split are of earlier splits
    before = frame.groupby("group", sort=False).cumcount() - frame.groupby(["group", "split"], sort=False).cumcount()
    held_out = frame["split"] > 0
    return _spread(frame[held_out], before[held_out], first[held_out], rows)


def _labels(frame: pd.DataFrame, rows: int) -> Relation:
    labelled = frame[frame["label"] != NONE]
    different = labelled.drop_duplicates(["group", "label"])
    number = labelled["group"].map(different.groupby("group").size())
    first = different.drop_duplicates("group").set_index("group")
    second = different[different.duplicated("group")].drop_duplicates("group").set_index("group")
    has_first_label = labelled["label"] == labelled["group"].map(first["label"])
    other = labelled["group"].map(second["place"]).where(has_first_label, labelled["group"].map(first["place"]))
    return _spread(labelled, number, other, rows)


def _spread(frame: pd.DataFrame, values: "pd.Series[float]", others: "pd.Series[float]", rows: int) -> Relation:
    """Return `values` and `others` of the rows in `frame` at their places among all."""
    value = np.full(rows, np.nan)
    other = np.full(rows, NONE, dtype=np.int64)
    place = frame["place"].to_numpy()
    value[place] = values.to_numpy(dtype=np.float64)
    other[place] = others.fillna(NONE).to_numpy(dtype=np.int64)
    return Relation(value, other)
