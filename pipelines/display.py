"""What a run looks like: one live line a step, with a bar on long work; without a terminal a line when a step ends."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pipelines.steps import Step

_MARKS = {
    "done": "[green]✓",
    "unchanged": "[dim]=",
    "failed": "[red]✗",
    "interrupted": "[yellow]■",
    "waiting": "[dim]·",
}


class Shown(Protocol):
    """Steps that learn from events how far they are."""

    all: list[Step]

    def take(self, event: Any) -> None:
        """Bring the picture up to date with one event."""


class Refresh:
    """Takes the new events, and draws."""

    def __init__(self, steps: Shown, console: Console, live: Live | None) -> None:
        self.steps = steps
        self.console = console
        self.live = live
        self.said: set[str] = set()

    def __call__(self, events: Iterable[Any]) -> None:
        """Bring the picture up to date."""
        for event in events:
            self.steps.take(event)
        if self.live:
            self.live.update(table(self.steps))
            return
        for step in self.steps.all:
            if step.state in ("done", "unchanged", "failed", "interrupted") and step.title not in self.said:
                self.said.add(step.title)
                mark = Text.from_markup(_MARKS[step.state])
                self.console.print(Text.assemble(mark, f" {step.title}  ", (_time(step), "dim")))


@contextmanager
def display(steps: Shown, console: Console) -> Iterator[Refresh]:
    """Draw live where there is a terminal; elsewhere print a line when a step ends."""
    if not console.is_terminal:
        yield Refresh(steps, console, None)
        return
    with Live(table(steps), console=console, refresh_per_second=8) as live:
        yield Refresh(steps, console, live)


def table(steps: Shown) -> Table:
    """Return one row a step: its mark, its name, its time, and a bar on long work."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(width=1)
    rows.add_column(min_width=24)
    rows.add_column(justify="right", min_width=6)
    rows.add_column()
    for step in steps.all:
        mark = Spinner("dots", style="cyan") if step.state == "running" else Text.from_markup(_MARKS[step.state])
        style = "" if step.state in ("running", "done", "failed") else "dim"
        rows.add_row(mark, Text(step.title, style=style), Text(_time(step), style="dim"), _detail(step))
    return rows


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
