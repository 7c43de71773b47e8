"""Measures every row once; what comes out are the tables that Great Expectations judges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from components.contracts.dataset import SPLITS
from components.data_validation.config import DataValidationSettings
from components.data_validation.encodings import control_characters, replacement_characters, signs_of_mojibake
from components.data_validation.lengths import SCANNED_CHARACTERS, count_tokens, words
from components.data_validation.normal_form import normalized
from components.data_validation.personal_data import mask
from components.data_validation.rows import ColumnType, Floats, Integers, Rows
from components.data_validation.same_texts import NONE, Relation, find_same_texts
from components.data_validation.similar_texts import find_similar_texts

Table = Literal["columns", "splits", "labels", "rows"]


@dataclass(frozen=True)
class Measured:
    """The tables, and for some columns of `rows` the other row that a number comes from."""

    tables: dict[Table, pd.DataFrame]
    others: dict[str, Relation] = field(default_factory=dict)


def measure_columns(types: Sequence[ColumnType]) -> Measured:
    """Return the table of the columns alone: all there is of a data set that cannot be read."""
    columns = {
        "split": [one.split for one in types],
        "column": [one.column for one in types],
        "type": [one.type for one in types],
        "expected type": [one.expected for one in types],
    }
    return Measured({"columns": pd.DataFrame(columns)})


def measure(
    rows: Rows, types: Sequence[ColumnType], tokenizer: Tokenizer, settings: DataValidationSettings
) -> Measured:
    """Return all tables: one row a column, a split, a training label and a row of the data set."""
    forms = [None if text is None else normalized(text) for text in rows.text]
    same = find_same_texts(rows, forms)
    others = {
        "earlier copies in its split": same.copies,
        "labels for its text": same.labels,
        "copies in an earlier split": same.leaked,
    }
    if settings.leakage_near.severity != "off":
        similar = find_similar_texts(rows, forms, same, settings.leakage_near.min_similarity)
        others["similarity to an earlier split"] = similar
    tokens, unknown = count_tokens(rows.text, tokenizer)
    scanned = [None if text is None else text[:SCANNED_CHARACTERS] for text in rows.text]
    frame = pd.DataFrame(
        {
            "text": pd.array(rows.text, dtype="str"),
            "label": pd.array(rows.label, dtype="str"),
            "words": _each(words, rows.text),
            "characters": _each(len, rows.text),
            "tokens": tokens,
            "unknown share of the tokens": unknown,
            "training rows with its label": _training_rows(rows),
            **{column: relation.value for column, relation in others.items()},
            "replacement characters": _each(replacement_characters, rows.text),
            "control characters": _each(control_characters, rows.text),
            "signs of mojibake": _each(signs_of_mojibake, scanned),
            **_personal(scanned, settings.phone_numbers.region),
        }
    )
    tables: dict[Table, pd.DataFrame] = {
        **measure_columns(types).tables,
        "splits": _splits(rows, same.group, settings),
        "labels": _labels(rows),
        "rows": frame,
    }
    return Measured(tables, others)


def _each(count: Callable[[str], int], texts: Sequence[str | None]) -> Floats:
    return np.array([np.nan if text is None else count(text) for text in texts], dtype=np.float64)


def _personal(texts: Sequence[str | None], region: str) -> dict[str, Floats]:
    found = [None if text is None else mask(text, region) for text in texts]
    return {
        "e-mail addresses": np.array([np.nan if one is None else one.emails for one in found], dtype=np.float64),
        "phone numbers": np.array([np.nan if one is None else one.phones for one in found], dtype=np.float64),
        "card numbers": np.array([np.nan if one is None else one.cards for one in found], dtype=np.float64),
    }


def _training_rows(rows: Rows) -> Floats:
    """Return for each row how many training rows have its label; NaN without a label."""
    labels = pd.Series(rows.label, dtype="object")
    counts = labels[rows.split == 0].value_counts()
    return np.asarray(labels.map(counts).fillna(0.0).where(labels.notna()), dtype=np.float64)


def _splits(rows: Rows, group: Integers, settings: DataValidationSettings) -> pd.DataFrame:
    required = settings.distinct_texts
    return pd.DataFrame(
        {
            "split": list(SPLITS),
            "rows": np.bincount(rows.split, minlength=len(SPLITS)),
            "different texts": [len(np.unique(group[(rows.split == n) & (group != NONE)])) for n in range(len(SPLITS))],
            "required texts": [required.min_train, required.min_validation, required.min_test],
        }
    )


def _labels(rows: Rows) -> pd.DataFrame:
    """Return the labels of the training split by name, with their rows and those as a share of an even split."""
    labels = pd.Series(rows.label, dtype="object")[rows.split == 0].dropna()
    counts = labels.value_counts().sort_index()
    even = counts.sum() / max(1, len(counts))
    return pd.DataFrame(
        {
            "label": pd.array(list(counts.index), dtype="str"),
            "training rows": counts.to_numpy(dtype=np.float64),
            "share of an even split": counts.to_numpy(dtype=np.float64) / max(1.0, even),
        }
    )
