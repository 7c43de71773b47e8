"""Run the evaluation without KFP: `python -m components.evaluation --help`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.evaluation.compare import compare
from components.evaluation.config import EvaluationSettings
from components.evaluation.evaluate import evaluate, recipe_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and measure a candidate or compare two models."""
    parser = argparse.ArgumentParser(prog="python -m components.evaluation", description=__doc__)
    jobs = parser.add_subparsers(dest="job", required=True)
    candidate = jobs.add_parser("candidate", help="measure one candidate beside the tuned model")
    candidate.add_argument("candidate", type=Path, help="folder with candidate.json")
    candidate.add_argument("tuned", type=Path, help="folder with tuned_model.json")
    candidate.add_argument("dataset", type=Path, help="folder with dataset.json")
    candidate.add_argument("scorecard", type=Path, help="folder to write; the report goes beside it, as .html")
    contenders = jobs.add_parser("contenders", help="compare a challenger with the champion")
    contenders.add_argument("contenders", type=Path, help="folder with contenders.json")
    contenders.add_argument("dataset", type=Path, help="folder with dataset.json")
    contenders.add_argument("comparison", type=Path, help="folder to write")
    for job in (candidate, contenders):
        job.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("evaluation", recipe_of(given.candidate) if given.job == "candidate" else "contenders") as run:
        settings = read_settings_file(EvaluationSettings, given.settings, "evaluation")
        if given.job == "contenders":
            compare(given.contenders, given.dataset, settings, given.comparison, run)
        else:
            report = given.scorecard.with_name(given.scorecard.name + ".html")
            evaluate(given.candidate, given.tuned, given.dataset, settings, given.scorecard, report, run)


if __name__ == "__main__":
    main()
