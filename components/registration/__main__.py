"""Run registration without KFP: `python -m components.registration --help`."""

import argparse
import json
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.registration.config import RegistrationSettings
from components.registration.evidence import Inputs


def main() -> None:
    """Register what the command line names, in the MLflow that MLFLOW_TRACKING_URI names."""
    parser = argparse.ArgumentParser(prog="python -m components.registration", description=main.__doc__)
    for name in ("choice", "base", "tuned", "dataset", "validation"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"the folder of the {name} contract")
    parser.add_argument("--curve", type=Path, required=True, help="the page with the training curve")
    parser.add_argument("--report", type=Path, required=True, help="the page about the run")
    for name in ("candidate", "scorecard"):
        many = f"the {name}'s folder; give it for each recipe"
        parser.add_argument(f"--{name}", type=Path, action="append", required=True, help=many)
    parser.add_argument("--asked", type=Path, help="a JSON file: what the run was asked for")
    parser.add_argument("--settings", type=Path, required=True, help='a JSON file such as {"name": "sentiment"}')
    parser.add_argument(
        "--output", type=Path, required=True, help="where the registration contract goes; the card goes beside it"
    )
    given = parser.parse_args()
    with step("registration") as run:
        settings = read_settings_file(RegistrationSettings, given.settings, "registration")
        from components.registration.register import register

        inputs = Inputs(
            tuple(given.candidate),
            tuple(given.scorecard),
            given.choice,
            given.base,
            given.tuned,
            given.dataset,
            given.validation,
            given.curve,
            given.report,
            asked=json.loads(given.asked.read_text(encoding="utf-8")) if given.asked else {},
        )
        card = given.output.with_name(given.output.name + ".md")
        result = register(inputs, settings, given.output, card, run)
        print(f"{result.model_uri} is {result.alias}: {result.recipe} at {result.tracking_uri}")


if __name__ == "__main__":
    main()
