"""Decide about a challenger without KFP: `python -m components.gating DECISION COMPARISON`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.gating.config import GatingSettings
from components.gating.decide import decide
from components.gating.explain import explain


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and decide."""
    parser = argparse.ArgumentParser(prog="python -m components.gating", description=__doc__)
    parser.add_argument("decision", type=Path, help="folder to write; the page goes beside it too, as .html")
    parser.add_argument("comparison", type=Path, help="folder with comparison.json")
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("gating") as run:
        settings = read_settings_file(GatingSettings, given.settings, "gating")
        report = given.decision.with_name(given.decision.name + ".html")
        print(*explain(decide(given.comparison, settings, given.decision, report, run)), sep="\n")


if __name__ == "__main__":
    main()
