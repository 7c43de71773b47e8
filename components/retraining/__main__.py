"""Ask whether there is a reason to train a model again: `python -m components.retraining NAME DATA_MD5`.

Nothing is begun, and nothing is written.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.contracts.tracking import named_server
from components.retraining.begin import Asked, decide
from components.retraining.config import RetrainingSettings
from components.retraining.page import page
from components.retraining.record import journal_of, read_record
from components.retraining.registered import look_up


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the page."""
    parser = argparse.ArgumentParser(prog="python -m components.retraining", description=__doc__)
    parser.add_argument("name", help="the registered model's")
    parser.add_argument("data_md5", help="of the data as they are now")
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    given = parser.parse_args(arguments)
    with step("retraining", "reason", tracked=False):
        settings = read_settings_file(RetrainingSettings, given.settings, "retraining")
        client = named_server()
        record = read_record(journal_of(client, given.name))
        asked = Asked(given.name, given.data_md5)
        print(page(given.name, decide(look_up(client, given.name), record, asked, settings)))


if __name__ == "__main__":
    main()
