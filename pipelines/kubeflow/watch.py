"""Follows a run on Kubeflow: the states of its tasks as they go, through a server that is away for a while."""

import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Console

from components.contracts.faults import Unavailable
from pipelines.display import display
from pipelines.kubeflow.api import Kubeflow
from pipelines.steps import State, Step

ENDED = ("SUCCEEDED", "FAILED", "CANCELED", "SKIPPED")
PATIENCE = 600
"""Seconds that the server may be away before nobody waits any longer."""
_STATES: dict[str, State] = {
    "RUNNING": "running",
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "CANCELING": "interrupted",
    "CANCELED": "interrupted",
}
_EXECUTOR = "executor"
"""The node below a task that does its work; it is skipped when the task's earlier result still holds."""


class Tasks:
    """The tasks of one run that the server has told of, in the order in which they began."""

    def __init__(self, names: Mapping[str, bool]) -> None:
        self.names = names
        """The tasks that do work, and whether they run inside a loop; the rest is what Kubeflow does around them."""
        self.all: list[Step] = []

    def take(self, run: Any) -> None:
        """Bring the picture up to date with what the server tells of the run."""
        nodes = run.run_details.task_details or [] if run.run_details else []
        by_hash = {_hash(node.pod_name or ""): node for node in nodes}
        tasks = [node for node in nodes if node.display_name in self.names]
        rounds = dict.fromkeys(self.names, 0)
        self.all = []
        for node in sorted(tasks, key=lambda node: (_seconds(node.start_time), node.display_name)):
            rounds[node.display_name] += 1
            detail = str(rounds[node.display_name]) if self.names[node.display_name] else ""
            self.all.append(_step(node, detail, _is_unchanged(node, by_hash), run.state in ENDED))


def _step(node: Any, detail: str, unchanged: bool, ended: bool) -> Step:
    state = _STATES.get(node.state, "waiting")
    if state == "done" and unchanged:
        state = "unchanged"
    if state == "running" and ended:
        state = "interrupted"
    step = Step(node.display_name.replace("-", "_"), detail, state, started=_seconds(node.start_time))
    if state in ("done", "failed"):
        step.seconds = _seconds(node.end_time) - step.started
    return step


def _is_unchanged(node: Any, by_hash: Mapping[str, Any]) -> bool:
    """Whether a task's work was skipped; the executor stands below the task, or below its attempts."""
    children = [by_hash.get(_hash(child.pod_name or "")) for child in node.child_tasks or []]
    for child in filter(None, children):
        if child.display_name == _EXECUTOR:
            return str(child.state) == "SKIPPED"
        if re.fullmatch(re.escape(node.display_name) + r"\(\d+\)", child.display_name):
            return _is_unchanged(child, by_hash)
    return False


def _hash(pod_name: str) -> str:
    """Return what a node's id and the name of its pod have in common."""
    return pod_name.rpartition("-")[2]


def _seconds(moment: datetime | None) -> float:
    """Return seconds since the epoch; what has not come yet is told as the year 1."""
    return moment.timestamp() if moment and moment.year > 1 else 0.0


def follow(
    server: Kubeflow,
    run_id: str,
    tasks: Tasks,
    console: Console,
    seconds_between: float = 5,
    patience: float = PATIENCE,
) -> Any:
    """Show a run's tasks until it has ended, and return it as the server tells of it then.

    Raises:
        BadInput: the server refuses to tell any more, as when a sign-in has expired.
        Unavailable: the server has been away for longer than `patience` seconds.

    """
    answered, away = time.monotonic(), False
    with display(tasks, console) as refresh:
        while True:
            try:
                run = server.call(server.runs.run_service_get_run, run_id)
            except Unavailable as unavailable:
                if time.monotonic() - answered > patience:
                    raise
                if not away:
                    console.print(f"{unavailable}\nAsking again.", style="dim")
                away = True
            else:
                answered, away = time.monotonic(), False
                refresh([run])
                if run.state in ENDED:
                    return run
            time.sleep(seconds_between)
