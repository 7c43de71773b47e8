"""Runs the room without KFP: `python -m components.data_ingestion settings.json out/dataset`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the data set that a settings file describes, and print its manifest."""
    parser = argparse.ArgumentParser(prog="python -m components.data_ingestion", description=main.__doc__)
    parser.add_argument("settings", type=Path, help="a JSON file with the section data_ingestion of a preset")
    parser.add_argument("dataset", type=Path, help="the folder to write")
    given = parser.parse_args(arguments)
    with step("data_ingestion") as run:
        settings = read_settings_file(DataIngestionSettings, given.settings, "data_ingestion")
        dataset = ingest(resolve(settings), settings, given.dataset, run)
    print(json.dumps(asdict(dataset), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
