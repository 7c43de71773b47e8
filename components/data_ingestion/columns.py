"""The columns that a data set needs of its source, and what to say when one is not there."""

from collections.abc import Sequence

from components.contracts.faults import Fault, refuse_if_any
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.nearest import did_you_mean, listed

BATCH_ROWS = 1024
"""How many rows go through the checks at once."""


def wanted_columns(settings: DataIngestionSettings) -> dict[str, str]:
    """Return the settings that name each needed column, keyed by column."""
    wanted = {settings.text_column: "text_column", settings.label_column: "label_column"}
    wanted |= {column: "keep" for column in settings.keep if column not in wanted}
    if settings.split_column:
        wanted.setdefault(settings.split_column, "split_column")
    return wanted


def refuse_missing(wanted: dict[str, str], there: Sequence[str], name: str) -> None:
    """Check that every wanted column is there, once.

    Raises:
        BadInput: every column that is missing or doubled, the nearest of those there, and all that are.

    """
    faults = []
    for column, setting in wanted.items():
        if there.count(column) == 1:
            continue
        found = f"{column}, which is no column of {name}" if column not in there else f"{column} twice in {name}"
        way_out = f"{did_you_mean(column, there)} It has {listed(there)}.".strip()
        faults.append(Fault(f"data_ingestion.{setting}", found, "one of its columns", way_out))
    refuse_if_any(faults)
