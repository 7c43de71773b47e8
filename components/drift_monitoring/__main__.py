"""Monitor a model without KFP: `python -m components.drift_monitoring NAME TEXTS DRIFT`.

The page goes beside DRIFT, as .html. Nobody is told, unless with --announce.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.contracts.settings import read_settings_file
from components.contracts.step import step
from components.drift_monitoring.config import DriftSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, compare, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m components.drift_monitoring", description=__doc__)
    parser.add_argument("name", help="the registered model's")
    parser.add_argument("texts", help="a CSV, TSV, JSON Lines or Parquet file, here or at s3://bucket/key")
    parser.add_argument("drift", type=Path, help="folder to write")
    parser.add_argument("--version", default="", help="its number; else the champion, else the challenger")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default="", help="where there is one")
    parser.add_argument("--settings", type=Path, help="JSON file with the settings that differ from the defaults")
    parser.add_argument("--announce", action="store_true", help="tell MLflow, Prometheus and the webhook too")
    given = parser.parse_args(arguments)
    with step("drift_monitoring") as run:
        settings = read_settings_file(DriftSettings, given.settings, "drift_monitoring")
        from components.contracts.tracking import named_server
        from components.drift_monitoring.announce import announce
        from components.drift_monitoring.monitor import monitor
        from components.drift_monitoring.resolve import resolve
        from components.drift_monitoring.texts import Columns

        client, page = named_server(), given.drift.with_name(given.drift.name + ".html")
        columns = Columns(given.text_column, given.label_column)
        subject = resolve(given.name, given.version, given.texts)
        drift = monitor(client, subject, columns, settings, given.drift, page)
        if given.announce:
            announce(client, given.drift, settings, run)
        print(drift.why)


if __name__ == "__main__":
    main()
