"""Runs the room without KFP: `python -m components.data_ingestion settings.json out/dataset`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from components.contracts.settings import read_settings
from components.contracts.step import step
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve


def main() -> None:
    """Write the data set that a settings file describes, and print its manifest."""
    parser = argparse.ArgumentParser(prog="python -m components.data_ingestion", description=main.__doc__)
    parser.add_argument("settings", type=Path, help="a JSON file with the section data_ingestion of a preset")
    parser.add_argument("dataset", type=Path, help="the folder to write")
    arguments = parser.parse_args()
    with step("data_ingestion") as run:
        settings = read_settings(DataIngestionSettings, json.loads(arguments.settings.read_text()), "data_ingestion")
        dataset = ingest(resolve(settings), settings, arguments.dataset, run)
    print(json.dumps(asdict(dataset), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
