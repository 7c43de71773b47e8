"""Runs data validation without KFP: `python -m components.data_validation DATASET BASE FOLDER DOCS [SETTINGS.json]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.data_validation.config import DataValidationSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge one data set and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m components.data_validation", description=main.__doc__)
    parser.add_argument("dataset", type=Path, help="folder of the data set")
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument("folder", type=Path, help="where the validation goes")
    parser.add_argument("docs", type=Path, help="where the Data Docs go: an HTML file")
    parser.add_argument("settings", type=Path, nargs="?", help="a JSON file with the room's settings")
    given = parser.parse_args(arguments)
    with step("data_validation") as run:
        settings = read_settings_file(DataValidationSettings, given.settings, "data_validation")
        from components.data_validation.validate import validate

        validation = validate(given.dataset, given.base, settings, given.folder, given.docs, run)
        for finding in validation.findings:
            print("ok  " if finding.passed else "warn", f"{finding.expectation}: {finding.sentence}")


if __name__ == "__main__":
    main()
