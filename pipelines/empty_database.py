"""An MLflow database with its tables and nothing in them: MLflow takes seconds to make one, a copy none."""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from components.contracts.faults import writing
from components.contracts.step import quiet_libraries


def empty_database() -> Path:
    """Return the empty database of this environment, made if need be: `make setup` makes it.

    Raises:
        OSError: the environment's folder cannot be written.

    """
    kept = Path(sys.prefix, f"mlflow-{version('mlflow')}.db")
    if not kept.exists():
        from mlflow import MlflowClient

        with TemporaryDirectory(dir=sys.prefix) as folder:
            made, whole = Path(folder, "made.db"), Path(folder, "whole.db")
            MlflowClient(f"sqlite:///{made}").search_experiments()
            with closing(sqlite3.connect(made, isolation_level=None)) as database:
                database.execute("DELETE FROM experiments")  # the one there is names this folder for its artifacts
                database.execute("VACUUM INTO ?", [str(whole)])
            whole.replace(kept)
    return kept


def begin_database(path: Path) -> None:
    """Put an empty database at `path`, unless there is one; where none can be had, MLflow makes its own.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    if path.exists():
        return
    with suppress(OSError):
        kept = empty_database()
        with writing(path), TemporaryDirectory(dir=path.parent) as folder:
            copy = copyfile(kept, Path(folder, path.name))
            with suppress(FileExistsError):  # another run began one meanwhile
                os.link(copy, path)


if __name__ == "__main__":
    quiet_libraries()
    empty_database()
