"""Starts a run on this machine and shows it: one live line a step, a bar on long work, sentences when it fails."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from components.contracts.faults import writing
from components.contracts.folders import write_text_whole
from pipelines.home import RunFolder, new_run
from pipelines.preset import Preset
from pipelines.steps import EventReader, Step, Steps

INTERRUPTED = 130
SECONDS_TO_STOP = 15
"""How long steps are given to keep a checkpoint after Ctrl-C, before they are killed."""
SECONDS_BETWEEN_INTERRUPTS = 3
_MARKS = {
    "done": "[green]✓",
    "unchanged": "[dim]=",
    "failed": "[red]✗",
    "interrupted": "[yellow]■",
    "waiting": "[dim]·",
}


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    run: RunFolder
    steps: Steps
    exit_code: int
    """0 for success, 130 when it was interrupted, else the kind of failure (`components.contracts.faults`)."""
    seconds: float
    """Wall time of the whole run."""

    def summary(self) -> str:
        """Return one line: how long it took, what of that was the pipeline's own cost, and the memory it needed."""
        peak = max(step.peak_mib for step in self.steps.all)
        inside = self.steps.seconds_inside
        memory = f", peak memory {peak / 1024:.1f} GiB in one process" if peak else ""
        verb = "ended" if self.exit_code == 0 else "stopped"
        return (
            f"Run {self.run.id} {verb} after {duration(self.seconds)}: {duration(inside)} in the steps, "
            f"{1 - inside / self.seconds:.0%} the pipeline's own{memory}."
        )


def run_here(preset: Preset, console: Console) -> Outcome:
    """Run `preset` in a process of its own and show its steps until it ends.

    Raises:
        Unwritable: the run's folder cannot be written.

    """
    begun = time.monotonic()
    run = new_run()
    arguments = preset.arguments()
    write_text_whole(run.request, json.dumps({"preset": preset.name, "arguments": arguments}, indent=2) + "\n")
    steps = Steps(arguments["recipes"])
    with writing(run.log), run.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.local", str(run.path)],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C reaches the steps once, from here
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    reader = EventReader(run.events)
    with _terminated_like_interrupted():
        try:
            with _display(steps, console) as refresh:
                while process.poll() is None:
                    time.sleep(0.1)
                    refresh(reader)
                refresh(reader)
                steps.settle(succeeded=process.returncode == 0)
                refresh(reader)
        except KeyboardInterrupt:
            steps.interrupted = True
            _stop(process)
            for event in reader:
                steps.take(event)
            steps.settle(succeeded=False)
        finally:
            _kill(process)  # nothing outlives the command, whatever ended it
    return Outcome(run, steps, _exit_code(process, steps), time.monotonic() - begun)


def _exit_code(process: "subprocess.Popen[bytes]", steps: Steps) -> int:
    """Return the run's exit code: that of the first failure where there is one."""
    if steps.interrupted:
        return INTERRUPTED
    return steps.failures[0].exit_code if steps.failures else process.returncode


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM stop the steps too: they must not outlive the command."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Interrupt the run's whole process group until it has stopped; who interrupts again waits no longer.

    Once is not enough: kfp.local runs a loop's tasks in threads, and starts the next one when one is interrupted.
    """
    with suppress(ProcessLookupError, KeyboardInterrupt):
        for _ in range(SECONDS_TO_STOP // SECONDS_BETWEEN_INTERRUPTS):
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_BETWEEN_INTERRUPTS)
                return


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the run's process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Refresh:
    """Takes the new events, and draws."""

    def __init__(self, steps: Steps, console: Console, live: Live | None) -> None:
        self.steps = steps
        self.console = console
        self.live = live
        self.said: set[str] = set()

    def __call__(self, reader: EventReader) -> None:
        for event in reader:
            self.steps.take(event)
        if self.live:
            self.live.update(_table(self.steps))
            return
        for step in self.steps.all:
            if step.state in ("done", "unchanged", "failed", "interrupted") and step.title not in self.said:
                self.said.add(step.title)
                self.console.print(f"{_MARKS[step.state]}[/] {step.title}  [dim]{_time(step)}")


@contextmanager
def _display(steps: Steps, console: Console) -> Iterator[_Refresh]:
    """Draw live where there is a terminal; elsewhere print a line when a step ends."""
    if not console.is_terminal:
        yield _Refresh(steps, console, None)
        return
    with Live(_table(steps), console=console, refresh_per_second=8) as live:
        yield _Refresh(steps, console, live)


def _table(steps: Steps) -> Group:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(min_width=24)
    table.add_column(justify="right", min_width=6)
    table.add_column()
    for step in steps.all:
        mark = Spinner("dots", style="cyan") if step.state == "running" else Text.from_markup(_MARKS[step.state])
        style = "" if step.state in ("running", "done", "failed") else "dim"
        table.add_row(mark, Text(step.title, style=style), Text(_time(step), style="dim"), _detail(step))
    return Group(table)


def _time(step: Step) -> str:
    if step.state == "unchanged":
        return "unchanged"
    seconds = time.time() - step.started if step.state == "running" else step.seconds
    if step.state == "waiting" or not seconds:
        return ""
    return duration(seconds)


def duration(seconds: float) -> str:
    """Return a wall time for people, such as `3.2 s` or `4 min 07 s`."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _detail(step: Step) -> Table | Text:
    """Return the bar of a running step, with the word that it has for it."""
    if step.state != "running" or not step.total:
        return Text("")
    row = Table.grid(padding=(0, 1, 0, 0))
    percent = 100 * step.done / step.total
    row.add_row(
        ProgressBar(total=step.total, completed=step.done, width=24),
        Text(f"{percent:3.0f} %"),
        Text(step.note, style="dim"),
    )
    return row
