"""What a test answers, before it is known what all the others say."""

from dataclasses import dataclass

from components.contracts.drift import Kind

PERMUTATIONS = 999
"""Behind each p-value that is found by permuting rows: none is below one thousandth."""


@dataclass(frozen=True)
class Answer:
    """A statistic with its p-value; the fields are those of `components.contracts.drift.DriftTest`."""

    name: str
    kind: Kind
    measure: str
    statistic: float
    p_value: float
    sentence: str
