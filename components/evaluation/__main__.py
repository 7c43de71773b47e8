"""Evaluate a candidate without KFP: `python -m components.evaluation CANDIDATE TUNED DATASET SCORECARD`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.contracts.faults import BadInput, Fault
from components.contracts.settings import read_settings
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
        settings = read_settings(EvaluationSettings, _read_section(given.settings), "evaluation")
        report = given.scorecard.with_name(given.scorecard.name + ".html")
        evaluate(given.candidate, given.tuned, given.dataset, settings, given.scorecard, report, run)


def _read_section(path: Path | None) -> dict[str, Any]:
    try:
        section = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except ValueError as error:
        raise BadInput(Fault(str(path), str(error), "a JSON object of settings")) from None
    if not isinstance(section, dict):
        raise BadInput(Fault(str(path), json.dumps(section)[:80], "a JSON object of settings"))
    return section


if __name__ == "__main__":
    main()
