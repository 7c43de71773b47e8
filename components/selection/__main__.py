"""Select a candidate without KFP: `python -m components.selection CHOICE SCORECARD SCORECARD …`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.contracts.faults import BadInput, Fault
from components.contracts.settings import read_settings
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
        settings = read_settings(SelectionSettings, _read_section(given.settings), "selection")
        report = given.choice.with_name(given.choice.name + ".html")
        print(select(given.scorecards, settings, given.choice, report, run).why)


def _read_section(path: Path | None) -> dict[str, Any]:
    try:
        section = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except ValueError as error:
        raise BadInput(Fault(str(path), str(error), "a JSON object of settings")) from None
    if not isinstance(section, dict):
        raise BadInput(Fault(str(path), json.dumps(section)[:80], "a JSON object of settings"))
    return section


if __name__ == "__main__":
    main()
