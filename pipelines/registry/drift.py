"""What a monitoring ends with: a line a test, and whether it is an alarm."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from components.contracts.drift import Drift, DriftTest
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.folders import read_manifest
from pipelines.home import RunFolder
from pipelines.preset import settings_of
from pipelines.result import failures, steps_of

_ROOM = "drift_monitoring"


def section(overrides: Sequence[str]) -> dict[str, Any]:
    """Return the overrides as the section drift_monitoring.

    Raises:
        BadInput: every override of the wrong form, or of another room.

    """
    values = settings_of(overrides)
    refuse_if_any(Fault(f"--set {room}", "another room's", f"{_ROOM}.KEY=VALUE") for room in values if room != _ROOM)
    found: dict[str, Any] = values.get(_ROOM) or {}
    return found


def show(run: RunFolder, console: Console) -> Drift | None:
    """Print what a monitoring found, and return it; None when the run did not get there."""
    steps = steps_of(run)
    if not run.result.exists():
        failures(steps, run, console)
        return None
    folder = Path(json.loads(run.result.read_text(encoding="utf-8"))["drift"])
    drift = read_manifest(folder, Drift)
    console.print(_table(drift.tests))
    style = "bold red" if drift.alarm else "bold green"
    said = Text(f"{'drift' if drift.alarm else 'no drift'} in version {drift.version} of {drift.name}", style=style)
    console.print(Padding(said.append(f": {drift.why}", style="not bold"), (0, 0, 0, 2)))
    for warning in (warning for step in steps.all for warning in step.warnings if warning != drift.why):
        console.print(Padding(Text(f"! {warning}", style="yellow"), (0, 0, 0, 2)))
    console.print(Text(f"  {folder / Drift.PAGE}", style="dim"), soft_wrap=True)
    return drift


def _table(tests: Sequence[DriftTest]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    table.add_column("test", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("what was found")
    for test in tests:
        mark = Text("✗", style="bold red") if test.drifted else Text("✓", style="green")
        table.add_row(mark, test.name.replace("_", " "), f"{test.p_value:.2g}", Text(test.sentence))
    return table
