"""The validation contract: what data validation found, and that nothing hard failed."""

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Finding:
    """One expectation and what became of it."""

    expectation: str
    """Its name in the preset, such as `leakage_near`."""
    severity: Literal["hard", "soft"]
    passed: bool
    unexpected: int
    """How many rows break it."""
    sentence: str
    """What was found and what was expected, for people."""


@dataclass(frozen=True)
class Validation:
    """What a validation folder holds. It exists only for data that may be trained on: hard failures end the step."""

    FILE: ClassVar[str] = "validation.json"

    dataset_sha256: str
    """The `content_sha256` of the data set that was judged."""
    tokenizer_sha256: str
    """The SHA-256 of the tokenizer.json that lengths were measured with."""
    findings: list[Finding]
    counts: dict[str, float]
    """Every measured number, for `dsl.Metrics`."""
