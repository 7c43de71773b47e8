"""What the tests compare: the reference's rows and the batch's, as the model sees them and answers them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import py3langid
import pyarrow as pa
from numpy.typing import NDArray

from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.drift_monitoring.representation import Representation
from components.drift_monitoring.texts import Rows

MOST_CHARACTERS = 10_000
"""What is read of a text; its length counts whole."""


@dataclass(frozen=True)
class Sample:
    """Rows with everything that is asked about them."""

    texts: list[str]
    """Cut to `MOST_CHARACTERS`."""
    lengths: NDArray[np.int64]
    """Characters of each whole text, as (rows,)."""
    tokens: list[list[int]]
    """The ids that the model reads of each text, without special tokens."""
    representation: NDArray[np.float32]
    """As (rows, hidden)."""
    languages: list[str]
    """As py3langid tells them."""
    labels: list[str | None]
    predicted: list[str]
    confidence: NDArray[np.float32]
    """The probability of each answer, as (rows,)."""

    def __len__(self) -> int:
        return len(self.texts)


def reference_sample(held_out: pa.Table, classifier: OnnxTextClassifier, representation: Representation) -> Sample:
    """Return the reference's rows with the answers that were measured."""
    texts = held_out["text"].to_pylist()
    answers = held_out["predicted"].to_pylist(), np.asarray(held_out["confidence"], dtype=np.float32)
    return _sample(Rows(texts, held_out["label"].to_pylist()), answers, classifier, representation)


def batch_sample(rows: Rows, classifier: OnnxTextClassifier, representation: Representation) -> Sample:
    """Return the batch's rows, which the model answers now."""
    probabilities = classifier.probabilities([text[:MOST_CHARACTERS] for text in rows.texts])
    predicted = [classifier.labels[place] for place in probabilities.argmax(axis=1)]
    return _sample(rows, (predicted, probabilities.max(axis=1)), classifier, representation)


def _sample(
    rows: Rows,
    answers: tuple[list[str], NDArray[np.float32]],
    classifier: OnnxTextClassifier,
    representation: Representation,
) -> Sample:
    texts = [text[:MOST_CHARACTERS] for text in rows.texts]
    predicted, confidence = answers
    return Sample(
        texts=texts,
        lengths=np.array([len(text) for text in rows.texts], dtype=np.int64),
        tokens=_tokens(texts, classifier),
        representation=representation.of(texts),
        languages=[py3langid.classify(text)[0] for text in texts],
        labels=rows.labels,
        predicted=predicted,
        confidence=confidence,
    )


def _tokens(texts: Sequence[str], classifier: OnnxTextClassifier) -> list[list[int]]:
    return [encoding.ids for encoding in classifier.tokenizer.encode_batch(list(texts), add_special_tokens=False)]
