"""Runs compression without KFP: `python -m components.compression TUNED DATASET RECIPE FOLDER [SETTINGS.json]`."""

import argparse
import json
from pathlib import Path

from components.compression.config import RECIPES, CompressionSettings
from components.contracts.faults import BadInput, Fault
from components.contracts.settings import read_settings
from components.contracts.step import step


def main(arguments: list[str] | None = None) -> None:
    """Make one candidate and say what was done."""
    parser = argparse.ArgumentParser(prog="python -m components.compression", description="Make one candidate.")
    parser.add_argument("tuned", type=Path, help="folder of the tuned model")
    parser.add_argument("dataset", type=Path, help="folder of the data set")
    parser.add_argument("recipe", help=f"one of {', '.join(RECIPES)}")
    parser.add_argument("folder", type=Path, help="where the candidate goes")
    parser.add_argument("settings", type=Path, nargs="?", help="a JSON file with the room's settings")
    given = parser.parse_args(arguments)
    with step("compression", given.recipe) as run:
        from components.compression.compress import compress

        section = _read(given.settings) if given.settings else {}
        settings = read_settings(CompressionSettings, section, "compression")
        candidate = compress(given.tuned, given.dataset, given.recipe, settings, given.folder, run)
        print(candidate.applied, *(f"  tried: {attempt}" for attempt in candidate.attempts), sep="\n")


def _read(path: Path) -> dict[str, object]:
    try:
        section = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(Fault(str(path), str(error), "a JSON file with settings")) from None
    if not isinstance(section, dict):
        raise BadInput(Fault(str(path), f"JSON of type {type(section).__name__}", "an object of keys and values"))
    return section


if __name__ == "__main__":
    main()
