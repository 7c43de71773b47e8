"""What a data set has to be like, and what happens where it is not."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT

Severity = Literal["hard", "soft", "off"]
"""`hard` stops the pipeline before training, `soft` warns, `off` says nothing."""
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
AtLeastOne = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, config=STRICT)
class DistinctTexts:
    """Each split holds enough different texts; copies and blank texts do not count."""

    severity: Severity = "hard"
    min_train: AtLeastOne = 30
    """Texts in the training split."""
    min_validation: AtLeastOne = 10
    """Texts in the validation split."""
    min_test: AtLeastOne = 10
    """Texts in the test split."""


@dataclass(frozen=True, config=STRICT)
class MissingText:
    """Texts are there."""

    severity: Severity = "hard"
    max_share: Share = 0.0
    """The share of all rows that may break this."""


@dataclass(frozen=True, config=STRICT)
class BlankText:
    """Texts have a visible character."""

    severity: Severity = "hard"
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class MissingLabel:
    """Labels are there, and not blank."""

    severity: Severity = "hard"
    max_share: Share = 0.0
    """The share of all rows that may break this."""


@dataclass(frozen=True, config=STRICT)
class Characters:
    """Texts are neither too short nor too long."""

    severity: Severity = "hard"
    min_characters: Count = 0
    """Characters (code points) of the shortest text that is welcome."""
    max_characters: AtLeastOne = 100_000
    """Characters of the longest one; a longer text is mostly a file whose quotes do not close."""
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class Tokens:
    """Texts fit into the model."""

    severity: Severity = "soft"
    min_tokens: Count = 0
    """Tokens of the shortest text that is welcome, special tokens included."""
    max_tokens: Count = 0
    """Tokens of the longest one, special tokens included; 0 means what the base model can read."""
    max_share: Share = 0.01
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class UnknownTokens:
    """The model's vocabulary knows the texts."""

    severity: Severity = "soft"
    max_unknown: Share = 0.1
    """The share of a text's tokens that may be the tokenizer's unknown token."""
    max_share: Share = 0.01
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class Classes:
    """The training split has different labels."""

    severity: Severity = "hard"
    min_labels: Annotated[int, Field(ge=2)] = 2
    """How many different labels, at least."""


@dataclass(frozen=True, config=STRICT)
class LabelSet:
    """Every label stands in the training split."""

    severity: Severity = "hard"
    max_share: Share = 0.0
    """The share of all labelled rows that may break this."""


@dataclass(frozen=True, config=STRICT)
class RowsPerLabel:
    """Each label has enough training rows."""

    severity: Severity = "soft"
    min_rows: AtLeastOne = 10
    """Training rows of each label, at least."""


@dataclass(frozen=True, config=STRICT)
class Balance:
    """The rarest label is not too rare."""

    severity: Severity = "soft"
    min_of_even_share: Share = 0.1
    """Its training rows, at least, as a share of what it would have were all labels equally frequent."""


@dataclass(frozen=True, config=STRICT)
class Duplicates:
    """A split holds each text once; texts that differ in case, spacing or the form of characters only are the same."""

    severity: Severity = "soft"
    max_share: Share = 0.01
    """The share of all texts that may be copies of an earlier row of their split."""


@dataclass(frozen=True, config=STRICT)
class ConflictingLabels:
    """Equal texts have equal labels, across all splits."""

    severity: Severity = "hard"
    max_share: Share = 0.01
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class LeakageExact:
    """No text of validation stands in train, and none of test in either."""

    severity: Severity = "hard"
    max_share: Share = 0.0
    """The share of the validation and test texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class LeakageNear:
    """No text of validation is almost one of train, and none of test one of either."""

    severity: Severity = "soft"
    min_similarity: Annotated[float, Field(ge=0.3, lt=1)] = 0.7
    """From which Jaccard similarity of their sets of word pairs on two texts are almost the same."""
    max_share: Share = 0.01
    """The share of the validation and test texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class ReplacementCharacters:
    """No text holds U+FFFD, which stands where a character was lost."""

    severity: Severity = "soft"
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class ControlCharacters:
    """No text holds NUL or another control character; tab, line feed and carriage return are welcome."""

    severity: Severity = "soft"
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class Mojibake:
    """No text was decoded with the wrong character set."""

    severity: Severity = "soft"
    max_share: Share = 0.001
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class EmailAddresses:
    """No text names an e-mail address."""

    severity: Severity = "soft"
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class PhoneNumbers:
    """No text names a valid phone number."""

    severity: Severity = "soft"
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = "US"
    """The country, as two letters, whose numbers are seen without a + before them; empty for none."""
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class CardNumbers:
    """No text names a payment card's number, as told by its length, first digit and Luhn's check digit."""

    severity: Severity = "soft"
    max_share: Share = 0.0
    """The share of all texts that may break this."""


@dataclass(frozen=True, config=STRICT)
class DataValidationSettings:
    """Settings of the room data_validation: one section an expectation; that the schema holds is always expected."""

    distinct_texts: DistinctTexts = field(default_factory=DistinctTexts)
    """Different texts a split."""
    missing_text: MissingText = field(default_factory=MissingText)
    """Rows without a text."""
    blank_text: BlankText = field(default_factory=BlankText)
    """Texts without a visible character."""
    missing_label: MissingLabel = field(default_factory=MissingLabel)
    """Rows without a label."""
    characters: Characters = field(default_factory=Characters)
    """Length in characters."""
    tokens: Tokens = field(default_factory=Tokens)
    """Length in the model's tokens."""
    unknown_tokens: UnknownTokens = field(default_factory=UnknownTokens)
    """Tokens that the model has no word for."""
    classes: Classes = field(default_factory=Classes)
    """Different labels in train."""
    label_set: LabelSet = field(default_factory=LabelSet)
    """Labels that train lacks."""
    rows_per_label: RowsPerLabel = field(default_factory=RowsPerLabel)
    """Training rows of each label."""
    balance: Balance = field(default_factory=Balance)
    """Training rows of the rarest label."""
    duplicates: Duplicates = field(default_factory=Duplicates)
    """Copies inside a split."""
    conflicting_labels: ConflictingLabels = field(default_factory=ConflictingLabels)
    """One text with two labels."""
    leakage_exact: LeakageExact = field(default_factory=LeakageExact)
    """Held-out texts that an earlier split holds too."""
    leakage_near: LeakageNear = field(default_factory=LeakageNear)
    """Held-out texts that an earlier split almost holds."""
    replacement_characters: ReplacementCharacters = field(default_factory=ReplacementCharacters)
    """U+FFFD in texts."""
    control_characters: ControlCharacters = field(default_factory=ControlCharacters)
    """Control characters in texts."""
    mojibake: Mojibake = field(default_factory=Mojibake)
    """Texts in a wrong character set."""
    email_addresses: EmailAddresses = field(default_factory=EmailAddresses)
    """E-mail addresses in texts."""
    phone_numbers: PhoneNumbers = field(default_factory=PhoneNumbers)
    """Phone numbers in texts."""
    card_numbers: CardNumbers = field(default_factory=CardNumbers)
    """Payment card numbers in texts."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        faults = []
        if self.characters.min_characters > self.characters.max_characters:
            faults.append(
                _crossed(
                    "data_validation.characters.min_characters",
                    self.characters.min_characters,
                    f"at most max_characters, {self.characters.max_characters}",
                )
            )
        if 0 < self.tokens.max_tokens < self.tokens.min_tokens:
            faults.append(
                _crossed(
                    "data_validation.tokens.min_tokens",
                    self.tokens.min_tokens,
                    f"at most max_tokens, {self.tokens.max_tokens}",
                )
            )
        return faults


def _crossed(thing: str, found: int, expected: str) -> Fault:
    return Fault(thing, str(found), expected, "No text is both longer and shorter.")
