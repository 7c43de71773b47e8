"""The rows that candidates are measured on, and whether candidate, tuned model and data belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from components.contracts.candidate import Candidate
from components.contracts.dataset import Dataset, Split, read_split
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.model import TunedModel

WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class HeldOut:
    """The held-out rows that have a text and a label, in the order of the split."""

    rows: list[int]
    """Where each row stands in its source file, from 1."""
    texts: list[str]
    labels: list[str]
    truth: NDArray[np.int64]
    """The index of each row's label, as (rows,)."""
    ids: list[list[int]]
    """The tokens of each row as the model sees them, special tokens included."""
    left_out: int
    """How many rows lack a text or a label."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The tokens of each row, as (rows,)."""
        return np.array([len(ids) for ids in self.ids], dtype=np.int64)

    def only(self, places: Sequence[int]) -> "HeldOut":
        """Return the rows at `places` of these."""
        return HeldOut(
            rows=[self.rows[place] for place in places],
            texts=[self.texts[place] for place in places],
            labels=[self.labels[place] for place in places],
            truth=self.truth[list(places)],
            ids=[self.ids[place] for place in places],
            left_out=self.left_out,
        )


def check_that_they_fit(candidate: Candidate, tuned: TunedModel, dataset: Dataset) -> None:
    """Check that the candidate was made from this tuned model, and answers with the labels of this data.

    Raises:
        BadInput: all that does not fit.

    """
    faults = []
    if candidate.tuned_sha256 != tuned.files.get(WEIGHTS):
        found = f"weights with sha256 {candidate.tuned_sha256[:12]}"
        expected = f"the tuned model's, sha256 {tuned.files.get(WEIGHTS, 'missing')[:12]}"
        way_out = "Compress the tuned model that is given here, or give the one that was compressed."
        faults.append(Fault(f"what the candidate {candidate.recipe} was made from", found, expected, way_out))
    found = differing_labels(candidate, dataset)
    if found:
        way_out = "Evaluate on the data set that the model was tuned on."
        faults.append(Fault("the labels", found, "the same labels in both", way_out))
    refuse_if_any(faults)


def differing_labels(candidate: Candidate, dataset: Dataset) -> str:
    """Return which labels only one of the two knows, in words; empty where there is none."""
    unknown = sorted(set(dataset.labels) - set(candidate.labels))
    absent = sorted(set(candidate.labels) - set(dataset.labels))
    if not unknown and not absent:
        return ""
    return f"{_some(unknown)} only in the data, {_some(absent)} only in the candidate"


def _some(labels: list[str]) -> str:
    shown = ", ".join(map(repr, labels[:5])) or "none"
    return f"{shown} and {len(labels) - 5} more" if len(labels) > 5 else shown


def read_held_out(folder: Path, dataset: Dataset, split: Split, candidate: Candidate, tokenizer: Path) -> HeldOut:
    """Return the rows of `split` that can be scored.

    Args:
        folder: the data set's folder.
        dataset: its manifest.
        split: which rows.
        candidate: whose labels and length limit hold.
        tokenizer: the tuned model's tokenizer.json, so that every candidate is measured on the same tokens.

    Raises:
        BadInput: no row has a text and a label.

    """
    table = read_split(folder, dataset, split).to_pydict()
    every = zip(table["row"], table["text"], table["label"], strict=True)
    kept = [(row, text, label) for row, text, label in every if text is not None and label is not None]
    if not kept:
        found = f"{len(table['row'])} rows, none with a text and a label" if table["row"] else "no rows"
        way_out = f"Give data_ingestion.{split} a larger share, or evaluate on another split."
        raise BadInput(Fault(f"the {split} split", found, "rows to evaluate on", way_out))
    rows, texts, labels = (list(column) for column in zip(*kept, strict=True))
    index = {label: place for place, label in enumerate(candidate.labels)}
    truth = np.array([index[label] for label in labels], dtype=np.int64)
    ids = tokenize(texts, tokenizer, candidate.max_tokens)
    return HeldOut(rows, texts, labels, truth, ids, len(table["row"]) - len(kept))


def tokenize(texts: Sequence[str], tokenizer: Path, max_tokens: int) -> list[list[int]]:
    """Return the tokens of each text as a model with this tokenizer.json sees them, special tokens included."""
    reader = Tokenizer.from_file(str(tokenizer))
    reader.enable_truncation(max_tokens)
    reader.no_padding()
    return [encoding.ids for encoding in reader.encode_batch(texts)]
