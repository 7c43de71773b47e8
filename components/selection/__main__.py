"""Select a candidate without KFP: `python -m components.selection CHOICE SCORECARD SCORECARD …`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.selection.config import SelectionSettings
from components.selection.select import select


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and select."""
    parser = argparse.ArgumentParser(prog="python -m components.selection", description=__doc__)
    parser.add_argument("choice", type=Path, help="folder to write; the report goes beside it, as .html")
    parser.add_argument(
        "scorecards", type=Path, nargs="+", help="folders with scorecard.json, the baseline's among them"
    )
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("selection") as run:
        settings = read_settings_file(SelectionSettings, given.settings, "selection")
        report = given.choice.with_name(given.choice.name + ".html")
        print(select(given.scorecards, settings, given.choice, report, run).why)


if __name__ == "__main__":
    main()
