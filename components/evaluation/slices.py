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
    names = [f"tokens={low + 1}-{high}" for low, high in zip((0, *bands), bands, strict=False)]
    names.append(f"tokens>{bands[-1]}" if bands else "tokens>0")
    band = np.searchsorted(np.asarray(bands, dtype=np.int64), lengths, side="left")
    slices = []
    for place, name in enumerate(names):
        inside = band == place
        if inside.any():
            part = confusion_matrix(truth[inside], predicted[inside], labels)
            slices.append(Slice(name, int(inside.sum()), accuracy(part), macro_f1(part)))
    return slices
