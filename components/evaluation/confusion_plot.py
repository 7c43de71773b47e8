"""The confusion matrix as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from components.evaluation.confusion import Counts

_LONGEST_NAME = 24


def draw_confusion(confusion: Counts, labels: Sequence[str], title: str, path: Path) -> None:
    """Write a PNG: rows of truth, columns of prediction, colour by the share of the true label, counts in the cells.

    The picture grows with the labels, so that 50 of them can still be read.
    """
    count = len(labels)
    side = max(3.2, (0.5 if count <= 12 else 0.3) * count)
    figure = Figure(figsize=(side + 1.9, side + 0.9), dpi=110 if count > 12 else 150, layout="constrained")
    axes = figure.add_subplot()
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in labels]
    sideways = max(map(len, names)) * count > 24
    axes.set_xticks(range(count), names, rotation=90 if sideways else 0, parse_math=False)
    axes.set_yticks(range(count), names, parse_math=False)
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.set_title(title, loc="left", fontsize="medium", parse_math=False)
    axes.tick_params(which="both", length=0)
    axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#d5dae1", linewidth=0.5)
    axes.spines[:].set_visible(False)
    for row, column in zip(*np.nonzero(confusion), strict=True):
        shade = "white" if shares[row, column] > 0.6 else "#1c2733"
        share = f"\n{shares[row, column]:.0%}" if count <= 12 else ""
        text = f"{confusion[row, column]:,}{share}"
        axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=10 if count <= 3 else 8)
    bar = figure.colorbar(
        image,
        ax=axes,
        label="share of the true label",
        shrink=0.8,
        fraction=0.035,
        pad=0.02,
        format=PercentFormatter(1),
    )
    bar.outline.set_visible(False)
    figure.savefig(path, metadata={"Software": None})
