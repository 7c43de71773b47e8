"""Run promotion without KFP: `python -m components.promotion CONTENDERS DECISION PROMOTION`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.promotion.config import PromotionSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the gate decided, in the MLflow that MLFLOW_TRACKING_URI names."""
    parser = argparse.ArgumentParser(prog="python -m components.promotion", description=main.__doc__)
    parser.add_argument("contenders", type=Path, help="folder with contenders.json")
    parser.add_argument("decision", type=Path, help="folder with decision.json")
    parser.add_argument("promotion", type=Path, help="folder to write")
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("promotion") as run:
        settings = read_settings_file(PromotionSettings, given.settings, "promotion")
        from components.promotion.promote import promote

        result = promote(given.contenders, given.decision, settings, given.promotion, run)
        print(f"version {result.version} of {result.name} is {result.outcome}: {result.why}")


if __name__ == "__main__":
    main()
