"""What a candidate takes for what."""

from dataclasses import dataclass

from components.contracts.scorecard import Scorecard, Slice

LABELS_IN_A_TABLE = 12
"""With more labels than these, the confusion matrix is a picture without names."""
_COMMONEST = 12


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix."""

    row: int
    column: int
    count: int
    share: float
    """Of the rows of its true label."""


def cells(card: Scorecard) -> list[list[Cell]]:
    """Return the confusion matrix, rows of truth and columns of prediction."""
    return [
        [Cell(row, column, count, count / max(sum(counts), 1)) for column, count in enumerate(counts)]
        for row, counts in enumerate(card.confusion)
    ]


def commonest(card: Scorecard) -> list[tuple[str, str, int, float]]:
    """Return the most frequent mistakes: the true label, what it was taken for, how many rows, and their share."""
    wrong = [cell for row in cells(card) for cell in row if cell.count and cell.row != cell.column]
    wrong.sort(key=lambda cell: (-cell.count, cell.row, cell.column))
    return [(card.labels[cell.row], card.labels[cell.column], cell.count, cell.share) for cell in wrong[:_COMMONEST]]


def weakest_first(card: Scorecard) -> list[Slice]:
    """Return the slices, those of the lowest accuracy first; equal ones in the scorecard's order."""
    return sorted(card.slices, key=lambda each: each.accuracy)
