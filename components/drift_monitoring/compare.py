"""Compare a batch with the reference: every test, and one alarm over all of them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np

from components.contracts.drift import DriftTest
from components.contracts.scorecard import Interval
from components.drift_monitoring import answers, inputs
from components.drift_monitoring.holm import thresholds
from components.drift_monitoring.sample import Sample
from components.drift_monitoring.two_samples import representation

_SHOWN_TEXTS = 5
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class Compared:
    """What the tests found."""

    tests: list[DriftTest]
    accuracy_difference: Interval | None
    """Points of accuracy that the batch has more; None without labels."""
    strangest: list[str]
    """Of the batch's texts, where its input drifted."""

    @property
    def alarm(self) -> bool:
        """Whether any of them found drift."""
        return any(test.drifted for test in self.tests)


def compare(reference: Sample, batch: Sample, known: Collection[str], alpha: float, seed: int) -> Compared:
    """Return every test with its verdict.

    Args:
        reference: what the version was measured on.
        batch: the fresh texts.
        known: the model's labels.
        alpha: the probability of a false alarm, of all tests together.
        seed: of the permutations.

    """
    dice = np.random.default_rng(seed)
    told = representation(reference, batch, dice)
    quality = answers.accuracy(reference, batch)
    new = answers.unknown_labels(reference, batch, known)
    asked = [
        inputs.length(reference, batch),
        inputs.tokens(reference, batch, dice),
        inputs.unknown_words(reference, batch, dice),
        inputs.language(reference, batch, dice),
        told.answer,
        answers.labels(reference, batch, dice),
        answers.confidence(reference, batch),
        *([quality[0]] if quality else []),
        *([new] if new else []),
    ]
    verdicts = thresholds([answer.p_value for answer in asked], alpha)
    tests = [
        DriftTest(**asdict(answer), threshold=threshold, drifted=drifted)
        for answer, (threshold, drifted) in zip(asked, verdicts, strict=True)
    ]
    shown = _SHOWN_TEXTS if _input_drifted(tests) else 0
    strangest = [batch.texts[place][:_SHOWN_CHARACTERS] for place in np.argsort(-told.strangeness)[:shown]]
    return Compared(tests, quality[1] if quality else None, strangest)


def _input_drifted(tests: list[DriftTest]) -> bool:
    return any(test.drifted for test in tests if test.kind == "input")
