"""Runs the `smoke` preset as a user does, and reads back what became of it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from pipelines.steps import LOOKUPS

ROOT = Path(__file__).parent.parent.parent
ROOMS = (
    "data_ingestion",
    "model_ingestion",
    "data_validation",
    "fine_tuning",
    "compression",
    "evaluation",
    "selection",
    "reporting",
    "registration",
)


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    exit_code: int
    said: str
    """Everything that the user saw."""
    events: list[dict[str, Any]]

    @property
    def worked(self) -> list[str]:
        """The rooms that did work, with the recipe where there is one, in order."""
        finished = [event for event in self.events if event["event"] == "finished"]
        return [
            f"{event['room']}/{event['detail']}" if event["room"] in ("compression", "evaluation") else event["room"]
            for event in finished
            if event["detail"] not in LOOKUPS
        ]


def write_reviews(path: Path, pairs: list[tuple[str, str]]) -> None:
    """Write rows as the preset `smoke` reads them."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "category"), *pairs])


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with a home of its own and without a tracking server of the machine's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return {**inherited, "BESSEMER_HOME": str(home), **more}


def start(
    home: Path, *arguments: str, command: str = "run", code: Path = ROOT, folder: Path | None = None, **more: str
) -> "subprocess.Popen[str]":
    """Start `bessemer run`, or another command, with the code in `code`: the working folder too unless `folder` is."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines", command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder or code,
        env=environment(home, PYTHONPATH=str(code), **more),
        # a shell's background job ignores SIGINT, and so would what it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def run(home: Path, *arguments: str, command: str = "run", code: Path = ROOT, **more: str) -> Ended:
    """Run to the end."""
    return wait(home, start(home, *arguments, command=command, code=code, **more))


def wait(home: Path, process: "subprocess.Popen[str]") -> Ended:
    """Wait for a started run."""
    said, _ = process.communicate(timeout=600)
    return Ended(process.returncode, said, events(home))


def events(home: Path) -> list[dict[str, Any]]:
    """Return what the steps of the newest run told so far."""
    folders = sorted((home / "runs").glob("*"))
    path = folders[-1] / "events.jsonl" if folders else home
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]


def interrupt_when(
    home: Path, arguments: Sequence[str], reached: Callable[[dict[str, Any]], bool], command: str = "run"
) -> Ended:
    """Start a run, and send it SIGINT once an event of its own has come for which `reached` holds."""
    before = set((home / "runs").glob("*"))
    process = start(home, *arguments, command=command)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        begun = set((home / "runs").glob("*")) - before
        if begun and any(reached(event) for event in events(home)):
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    return wait(home, process)


def registry(home: Path) -> MlflowClient:
    """Return a client of the registry at `home`."""
    uri = f"sqlite:///{home}/mlflow.db"
    return MlflowClient(uri, uri)


def versions(home: Path, name: str = "smoke") -> Sequence[Any]:
    """Return the registered versions of a model."""
    return registry(home).search_model_versions(f"name = '{name}'") if (home / "mlflow.db").exists() else []
