"""The settings as expectations of Great Expectations, with the words for what breaks them."""

from dataclasses import dataclass
from typing import Protocol

# from where they are defined: the package that collects them does not export them to type checkers
from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_pair_values_to_be_equal import ExpectColumnPairValuesToBeEqual
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.expectation import Expectation

from components.data_validation.config import DataValidationSettings, Severity
from components.data_validation.measure import Table


@dataclass(frozen=True)
class Check:
    """One expectation of the preset and its judge."""

    name: str
    """As in the preset."""
    severity: Severity
    table: Table
    column: str
    """The column of the table that is judged; empty when it is the table as a whole."""
    judge: Expectation
    complaint: str
    """What breaks it, as it reads after a number: `texts without a visible character`."""
    bound: str
    """What is expected instead."""
    way_out: str = ""
    """What to do about it."""


class Tolerant(Protocol):
    """A section of the settings that lets a share of the rows break its expectation."""

    @property
    def severity(self) -> Severity:
        """What happens where it is broken."""
        ...

    @property
    def max_share(self) -> float:
        """The share that may break it."""
        ...


SCHEMA = Check(
    "schema",
    "hard",
    "columns",
    "type",
    ExpectColumnPairValuesToBeEqual(column_A="type", column_B="expected type"),
    "columns that are not what a data set has",
    "none",
    "Another version of Bessemer wrote it, or it was made by hand: run data_ingestion again.",
)
"""Always hard: nothing else can be measured without it."""


def checks(settings: DataValidationSettings, max_positions: int) -> list[Check]:
    """Return the check of each expectation that is not off, in the order of the settings.

    Args:
        settings: what is expected, and how severely.
        max_positions: how many tokens the base model can read.

    """
    every = [
        SCHEMA,
        *_of_presence(settings),
        *_of_length(settings, max_positions),
        *_of_labels(settings),
        *_of_sameness(settings),
        *_of_damage(settings),
        *_of_personal_data(settings),
    ]
    return [check for check in every if check.severity != "off"]


def _rows(
    name: str,
    section: Tolerant,
    column: str,
    complaint: str,
    way_out: str = "",
    at_least: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
) -> Check:
    """Return the check that a number a row lies in a range, but for a share of the rows."""
    judge = ExpectColumnValuesToBeBetween(
        column=column,
        min_value=at_least,
        max_value=at_most if below is None else below,
        strict_max=below is not None,
        mostly=_mostly(section),
    )
    return Check(name, section.severity, "rows", column, judge, complaint, _bound(section), way_out)


def _mostly(section: Tolerant) -> float:
    return round(1 - section.max_share, 10)  # 1 - 0.58 is above 0.42


def _bound(section: Tolerant) -> str:
    return f"at most {100 * section.max_share:g} %" if section.max_share else "none"


def _of_presence(settings: DataValidationSettings) -> list[Check]:
    texts, blank, labels = settings.distinct_texts, settings.blank_text, settings.missing_label
    fill_in = "Fill them in, or leave them out with data_ingestion.drop_empty."
    return [
        Check(
            "distinct_texts",
            texts.severity,
            "splits",
            "different texts",
            ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="different texts", column_B="required texts", or_equal=True
            ),
            "splits with too few different texts",
            f"{texts.min_train:,} or more in train, {texts.min_validation:,} in validation, {texts.min_test:,} in test",
            "Bring more rows, or other shares in data_ingestion; a model of fewer could not be measured.",
        ),
        Check(
            "missing_text",
            settings.missing_text.severity,
            "rows",
            "text",
            ExpectColumnValuesToNotBeNull(column="text", mostly=_mostly(settings.missing_text)),
            "rows without a text",
            _bound(settings.missing_text),
            fill_in,
        ),
        _rows("blank_text", blank, "words", "texts without a visible character", fill_in, at_least=1),
        Check(
            "missing_label",
            labels.severity,
            "rows",
            "label",
            ExpectColumnValuesToNotBeNull(column="label", mostly=_mostly(labels)),
            "rows without a label",
            _bound(labels),
            "Label them, or leave them out of the source.",
        ),
    ]


def _of_length(settings: DataValidationSettings, max_positions: int) -> list[Check]:
    characters, tokens, unknown = settings.characters, settings.tokens, settings.unknown_tokens
    max_tokens = tokens.max_tokens or max_positions
    return [
        _rows(
            "characters",
            characters,
            "characters",
            f"texts {_outside(characters.min_characters, characters.max_characters)} characters",
            "Look for quotes that do not close; or split such texts, or raise max_characters.",
            at_least=characters.min_characters,
            at_most=characters.max_characters,
        ),
        _rows(
            "tokens",
            tokens,
            "tokens",
            f"texts {_outside(tokens.min_tokens, max_tokens)} tokens",
            "What lies beyond is cut off in training and in use.",
            at_least=tokens.min_tokens,
            at_most=max_tokens,
        ),
        _rows(
            "unknown_tokens",
            unknown,
            "unknown share of the tokens",
            f"texts of which the tokenizer knows less than {100 * (1 - unknown.max_unknown):g} %",
            "Choose a base model that was pretrained on this language.",
            at_most=unknown.max_unknown,
        ),
    ]


def _outside(low: int, high: int) -> str:
    return f"shorter than {low:,} or longer than {high:,}" if low else f"longer than {high:,}"


def _of_labels(settings: DataValidationSettings) -> list[Check]:
    classes, per_label, balance = settings.classes, settings.rows_per_label, settings.balance
    return [
        Check(
            "classes",
            classes.severity,
            "labels",
            "",
            ExpectTableRowCountToBeBetween(min_value=classes.min_labels),
            "different labels in train",
            f"at least {classes.min_labels:,}",
            "There is nothing to tell apart: look at data_ingestion.label_column and data_ingestion.keep.",
        ),
        _rows(
            "label_set",
            settings.label_set,
            "training rows with its label",
            "labelled rows whose label train lacks",
            "Correct the labels, or bring training rows with them.",
            at_least=1,
        ),
        Check(
            "rows_per_label",
            per_label.severity,
            "labels",
            "training rows",
            ExpectColumnValuesToBeBetween(column="training rows", min_value=per_label.min_rows),
            f"labels with less than {per_label.min_rows:,} training rows",
            "none",
            "Bring more rows of them, or merge them into others.",
        ),
        Check(
            "balance",
            balance.severity,
            "labels",
            "share of an even split",
            ExpectColumnValuesToBeBetween(column="share of an even split", min_value=balance.min_of_even_share),
            f"labels with less than {balance.min_of_even_share:g} of the training rows that an even split would give",
            "none",
            "Bring more rows of them, or take them out with data_ingestion.keep.",
        ),
    ]


def _of_sameness(settings: DataValidationSettings) -> list[Check]:
    keep_together = "Remove them from one side, or leave the splits to data_ingestion: it keeps equal texts together."
    return [
        _rows(
            "duplicates",
            settings.duplicates,
            "earlier copies in its split",
            "texts that copy an earlier row of their split",
            "Leave them out with data_ingestion.drop_duplicates.",
            at_most=0,
        ),
        _rows(
            "conflicting_labels",
            settings.conflicting_labels,
            "labels for its text",
            "labelled texts that stand under another label, too",
            "Decide which label is right, and correct or remove the others.",
            at_most=1,
        ),
        _rows(
            "leakage_exact",
            settings.leakage_exact,
            "copies in an earlier split",
            "held-out texts that stand in an earlier split, too",
            keep_together,
            at_most=0,
        ),
        _rows(
            "leakage_near",
            settings.leakage_near,
            "similarity to an earlier split",
            "held-out texts that almost stand in an earlier split",
            "Remove them from one side, if they are the same in substance.",
            below=settings.leakage_near.min_similarity,
        ),
    ]


def _of_damage(settings: DataValidationSettings) -> list[Check]:
    return [
        _rows(
            "replacement_characters",
            settings.replacement_characters,
            "replacement characters",
            "texts with U+FFFD, which stands where a character was lost",
            "Read the source again with its right encoding.",
            at_most=0,
        ),
        _rows(
            "control_characters",
            settings.control_characters,
            "control characters",
            "texts with NUL or other control characters",
            "Remove them from the source; tokenizers drop them or take them for words.",
            at_most=0,
        ),
        _rows(
            "mojibake",
            settings.mojibake,
            "signs of mojibake",
            "texts that look decoded with the wrong character set",
            "Read the source again with its right encoding; ftfy repairs what cannot be read again.",
            at_most=0,
        ),
    ]


def _of_personal_data(settings: DataValidationSettings) -> list[Check]:
    emails, phones, cards = settings.email_addresses, settings.phone_numbers, settings.card_numbers
    mask = "A model can repeat what it was trained on: mask or remove them in the source."
    return [
        _rows("email_addresses", emails, "e-mail addresses", "texts with an e-mail address", mask, at_most=0),
        _rows("phone_numbers", phones, "phone numbers", "texts with a phone number", mask, at_most=0),
        _rows("card_numbers", cards, "card numbers", "texts with a payment card's number", mask, at_most=0),
    ]
