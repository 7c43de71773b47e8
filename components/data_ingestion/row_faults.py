"""Faults of single rows, gathered while a file streams by: the first rows of each kind, and how many there are."""

from components.contracts.faults import Fault

_ROWS_NAMED = 5


class RowFaults:
    """What is wrong with rows: one sentence a kind and file, however many rows it befalls."""

    def __init__(self) -> None:
        """Start with none."""
        self._rows: dict[tuple[str, str, str, str], list[int]] = {}
        self._counts: dict[tuple[str, str, str, str], int] = {}

    def add(self, file: str, row: int, found: str, expected: str, way_out: str = "") -> None:
        """Note that the 1-based record `row` of `file` has a fault."""
        kind = (file, found, expected, way_out)
        rows = self._rows.setdefault(kind, [])
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if len(rows) < _ROWS_NAMED:
            rows.append(row)

    def faults(self) -> list[Fault]:
        """Return one fault a kind and file, in the order in which they were met."""
        faults = []
        for kind, rows in self._rows.items():
            file, found, expected, way_out = kind
            more = self._counts[kind] - len(rows)
            numbers = ", ".join(f"{row:,}" for row in rows) + (f" and {more:,} more" if more else "")
            faults.append(Fault(f"{file} row{'s' if len(rows) > 1 else ''} {numbers}", found, expected, way_out))
        return faults
