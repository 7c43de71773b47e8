"""The metrics of parts of the held-out rows: one slice a label, one a length band."""

from collections.abc import Sequence

import numpy as np

from components.contracts.scorecard import Slice
from components.evaluation.confusion import Counts, accuracy, confusion_matrix, f1_by_label, macro_f1


def label_slices(confusion: Counts, labels: Sequence[str]) -> list[Slice]:
    """Return a slice for each label that occurs: its accuracy is the label's recall.

    Its F1 is that of the one label over all rows: a macro F1 within rows of a single label would say nothing.
    """
    f1 = f1_by_label(confusion)
    rows = confusion.sum(axis=1)
    return [
        Slice(f"label={label}", int(rows[place]), float(confusion[place, place] / rows[place]), float(f1[place]))
        for place, label in enumerate(labels)
        if rows[place]
    ]


def length_slices(lengths: Counts, truth: Counts, predicted: Counts, labels: int, bands: Sequence[int]) -> list[Slice]:
    """Return a slice for each length band that holds rows.

    Args:
        lengths: tokens of each row as the model sees it, as (rows,).
        truth: the index of each row's label, as (rows,).
        predicted: the index of each row's predicted label, as (rows,).
        labels: how many labels there are.
        bands: the upper ends of the bands in tokens, growing.

    """
    names, band = _banded(lengths, bands)
    slices = []
    for place, name in enumerate(names):
        inside = band == place
        if inside.any():
            part = confusion_matrix(truth[inside], predicted[inside], labels)
            slices.append(Slice(name, int(inside.sum()), accuracy(part), macro_f1(part)))
    return slices


def slices_of_rows(labels: Sequence[str], lengths: Counts, bands: Sequence[int]) -> list[list[str]]:
    """Return the names of the slices that each row lies in: that of its label, and that of its length.

    Args:
        labels: the true label of each row.
        lengths: tokens of each row as the model sees it, as (rows,).
        bands: the upper ends of the length bands in tokens, growing.

    """
    names, band = _banded(lengths, bands)
    return [[f"label={label}", names[place]] for label, place in zip(labels, band, strict=True)]


def _banded(lengths: Counts, bands: Sequence[int]) -> tuple[list[str], Counts]:
    """Return the names of the length bands, and the place of each row's among them, as (rows,)."""
    names = [f"tokens={low + 1}-{high}" for low, high in zip((0, *bands), bands, strict=False)]
    names.append(f"tokens>{bands[-1]}" if bands else "tokens>0")
    return names, np.searchsorted(np.asarray(bands, dtype=np.int64), lengths, side="left")
