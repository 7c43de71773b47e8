"""Run model ingestion by hand: `python -m components.model_ingestion SOURCE OUTPUT [--revision main]`."""

import argparse
import json
from pathlib import Path

from components.contracts.settings import read_settings
from components.contracts.step import step
from components.model_ingestion.config import ModelIngestionSettings


def main() -> None:
    """Bring the model, and print what it is."""
    parser = argparse.ArgumentParser(prog="python -m components.model_ingestion", description=__doc__)
    parser.add_argument("source", help="a folder, package://…, s3://…, models:/… or a hub name")
    parser.add_argument("output", type=Path, help="where the base model goes")
    parser.add_argument("--revision", default="", help="for hub names: a branch, tag or commit")
    given = parser.parse_args()
    with step("model_ingestion") as run:
        section = {"source": given.source, "revision": given.revision}
        config = read_settings(ModelIngestionSettings, section, "model_ingestion")
        from components.model_ingestion.ingest import ingest
        from components.model_ingestion.resolve import resolve

        base = ingest(resolve(config), config, given.output, run)
        summary = {"revision": base.revision, "architecture": base.architecture, "parameters": base.parameters}
        print(json.dumps({**summary, "max_positions": base.max_positions}, indent=2))


if __name__ == "__main__":
    main()
