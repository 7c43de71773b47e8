"""Write a run's report without KFP: `python -m components.reporting DATASET BASE VALIDATION TUNED CHOICE PAGE`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.step import step
from components.reporting.report import write_report
from components.reporting.story import Inputs


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the page."""
    parser = argparse.ArgumentParser(prog="python -m components.reporting", description=__doc__)
    for name in ("dataset", "base", "validation", "tuned", "choice"):
        parser.add_argument(name, type=Path, help=f"the folder of the {name} contract")
    parser.add_argument("page", type=Path, help="the HTML file to write")
    given = parser.parse_args(arguments)
    with step("reporting") as run:
        inputs = Inputs(given.dataset, given.base, given.validation, given.tuned, given.choice)
        print(write_report(inputs, given.page, run).choice.why)


if __name__ == "__main__":
    main()
