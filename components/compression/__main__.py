"""Runs compression without KFP: `python -m components.compression TUNED DATASET RECIPE FOLDER [SETTINGS.json]`."""

import argparse
from pathlib import Path

from components.compression.config import RECIPES, CompressionSettings
from components.contracts.settings import read_settings_file
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

        settings = read_settings_file(CompressionSettings, given.settings, "compression")
        candidate = compress(given.tuned, given.dataset, given.recipe, settings, given.folder, run)
        print(candidate.applied, *(f"  tried: {attempt}" for attempt in candidate.attempts), sep="\n")


if __name__ == "__main__":
    main()
