"""Scorecards as evaluation wrote them, checked against their predictions and against each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.contracts.candidate import BASELINE
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.folders import check_files, read_manifest
from components.contracts.scorecard import Scorecard

PREDICTIONS = "predictions.parquet"
AGAIN = "Run the evaluation of all candidates again."


@dataclass(frozen=True)
class Scored:
    """One candidate's scorecard, and which rows it got right."""

    card: Scorecard
    truth: pa.Table
    """The columns row and label."""
    right: NDArray[np.bool_]
    """As (rows,)."""


def read_scored(folders: Sequence[Path]) -> tuple[Scored, list[Scored]]:
    """Return the baseline, and the other candidates in the order of `folders`.

    Raises:
        BadInput: a scorecard is missing, changed or contradicts its predictions; there is no baseline; a recipe comes
            twice; the scorecards speak of different rows, labels or input sizes.

    """
    every: list[Scored] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            every.append(_read(folder))
        except BadInput as error:
            faults += error.faults
    refuse_if_any(faults)
    recipes = [scored.card.recipe for scored in every]
    doubles = sorted({recipe for recipe in recipes if recipes.count(recipe) > 1})
    faults = [
        Fault("the scorecards", f"{recipe} {recipes.count(recipe)} times", "each recipe once") for recipe in doubles
    ]
    if BASELINE not in recipes:
        found = ", ".join(recipes) or "none at all"
        way_out = f"Evaluate the recipe {BASELINE} too: losses are measured against it."
        faults.append(Fault("the scorecards", found, f"one of the {BASELINE} among them", way_out))
    refuse_if_any(faults)
    baseline = every[recipes.index(BASELINE)]
    others = [scored for scored in every if scored is not baseline]
    refuse_if_any(fault for other in others for fault in _mismatches(other, baseline))
    return baseline, others


def _read(folder: Path) -> Scored:
    card = read_manifest(folder, Scorecard)
    check_files(folder, {PREDICTIONS: card.predictions_sha256})
    table = pq.read_table(folder / PREDICTIONS)
    right = np.asarray(table["label"].to_numpy() == table["predicted"].to_numpy(), dtype=np.bool_)
    if abs(float(right.mean()) - card.accuracy.value) > 1e-9:
        found, expected = f"accuracy {card.accuracy.value:.4f}", f"{right.mean():.4f}, as its predictions say"
        raise BadInput(Fault(str(folder / Scorecard.FILE), found, expected, AGAIN))
    return Scored(card, table.select(["row", "label"]), right)


def _mismatches(other: Scored, baseline: Scored) -> list[Fault]:
    """Return in what a scorecard cannot be compared with the baseline's."""
    ours, theirs = other.card, baseline.card
    size, base_size = ours.latency[0], theirs.latency[0]
    compared = {
        "data set": (ours.dataset_sha256[:12], theirs.dataset_sha256[:12]),
        "split": (ours.split, theirs.split),
        "number of rows": (f"{ours.rows:,}", f"{theirs.rows:,}"),
        "labels": (", ".join(ours.labels[:5]), ", ".join(theirs.labels[:5])),
        "headline size": (f"{size.batch} x {size.tokens} tokens", f"{base_size.batch} x {base_size.tokens} tokens"),
    }
    faults = [
        Fault(f"the {what} of {ours.recipe}", found, f"{expected}, as for the {BASELINE}", AGAIN)
        for what, (found, expected) in compared.items()
        if found != expected
    ]
    if not faults and not other.truth.equals(baseline.truth):
        faults.append(Fault(f"the predictions of {ours.recipe}", "other rows", f"those of the {BASELINE}", AGAIN))
    return faults
