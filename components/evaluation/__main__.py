"""Evaluate a candidate without KFP: `python -m components.evaluation CANDIDATE TUNED DATASET SCORECARD`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.evaluation.config import EvaluationSettings
from components.evaluation.evaluate import evaluate, recipe_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and evaluate."""
    parser = argparse.ArgumentParser(prog="python -m components.evaluation", description=__doc__)
    parser.add_argument("candidate", type=Path, help="folder with candidate.json")
    parser.add_argument("tuned", type=Path, help="folder with tuned_model.json")
    parser.add_argument("dataset", type=Path, help="folder with dataset.json")
    parser.add_argument("scorecard", type=Path, help="folder to write; the report goes beside it, as .html")
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("evaluation", recipe_of(given.candidate)) as run:
        settings = read_settings_file(EvaluationSettings, given.settings, "evaluation")
        report = given.scorecard.with_name(given.scorecard.name + ".html")
        evaluate(given.candidate, given.tuned, given.dataset, settings, given.scorecard, report, run)


if __name__ == "__main__":
    main()
