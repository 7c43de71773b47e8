"""Run fine-tuning by hand: `python -m components.fine_tuning DATASET BASE VALIDATION OUTPUT --settings FILE`.

With `torchrun` in the place of `python` its processes share the work; they have to see the same folders.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.fine_tuning.config import FineTuningSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and print the manifest of the tuned model."""
    parser = argparse.ArgumentParser(prog="python -m components.fine_tuning", description=__doc__)
    parser.add_argument("dataset", type=Path, help="a folder with dataset.json")
    parser.add_argument("base", type=Path, help="a folder with base_model.json")
    parser.add_argument("validation", type=Path, help="a folder with validation.json")
    parser.add_argument("output", type=Path, help="where the tuned model goes")
    parser.add_argument("--curve", type=Path, help="where the training curve goes; OUTPUT.html otherwise")
    parser.add_argument("--settings", type=Path, help="a JSON file with the section fine_tuning")
    given = parser.parse_args(arguments)
    is_first = os.environ.get("RANK", "0") == "0"
    with step("fine_tuning", tracked=is_first) as run:
        config = read_settings_file(FineTuningSettings, given.settings, "fine_tuning")
        from components.fine_tuning.tune import tune  # torch: not for --help, nor for settings that are at fault

        curve = given.curve or given.output.with_suffix(".html")
        tuned = tune(given.dataset, given.base, given.validation, config, given.output, curve, run)
        if is_first:
            print(json.dumps(tuned.validation, indent=2))


if __name__ == "__main__":
    main()
