"""Where runs on this machine keep their things: `.bessemer` in the working folder, or what BESSEMER_HOME names."""

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from components.contracts.faults import BadInput, Fault, writing


def home() -> Path:
    """Return the folder of everything that runs here leave: cache, artifacts, checkpoints, registry."""
    return Path(os.environ.get("BESSEMER_HOME") or ".bessemer").absolute()


def database() -> Path:
    """Return the SQLite file in which MLflow keeps runs and versions where no server is named."""
    return home() / "mlflow.db"


def tracking_uri() -> str:
    """Return where MLflow is: MLFLOW_TRACKING_URI, or the database at home."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{database()}"


@dataclass(frozen=True)
class RunFolder:
    """One run's own folder."""

    path: Path

    @property
    def id(self) -> str:
        """The run's name, which sorts by time."""
        return self.path.name

    @property
    def request(self) -> Path:
        """What was asked for: the job and the runner."""
        return self.path / "request.json"

    @property
    def events(self) -> Path:
        """What the steps told, a JSON object a line."""
        return self.path / "events.jsonl"

    @property
    def log(self) -> Path:
        """Everything that the steps and their libraries printed."""
        return self.path / "run.log"

    @property
    def result(self) -> Path:
        """What the graph put out: values, and where artifacts lie; only there once the run succeeded."""
        return self.path / "result.json"


def new_run() -> RunFolder:
    """Make the folder of a new run.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = home() / "runs" / f"{stamp}-{uuid.uuid4().hex[:4]}"
    with writing(path):
        path.mkdir(parents=True)
    return RunFolder(path)


def find_run(run_id: str = "") -> RunFolder:
    """Return a run by its id, or the newest one.

    Raises:
        BadInput: there is no such run.

    """
    runs = sorted(path for path in (home() / "runs").glob("*") if path.name.startswith(run_id))
    if not runs:
        what = f"the run {run_id}" if run_id else "a run"
        raise BadInput(Fault(what, f"none in {home() / 'runs'}", "a run made here", "Make one with `bessemer run`."))
    return RunFolder(runs[-1])
