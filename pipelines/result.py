"""The table that a run ends with, from the contracts that it left."""

import json
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from components.contracts.candidate import BASELINE
from components.contracts.choice import Choice, Verdict
from components.contracts.folders import read_manifest
from components.contracts.registration import Registration
from pipelines.home import RunFolder
from pipelines.steps import EventReader, Steps

MIB = 1024 * 1024


def finished_choice(run: RunFolder) -> Path | None:
    """Return where a run's choice lies; also of a run that failed after choosing, because nothing qualified."""
    return place_of(run, "choice")


def registration_of(run: RunFolder) -> Registration | None:
    """Return what a run registered, or None when it did not get there."""
    place = place_of(run, "registration")
    return read_manifest(place, Registration) if place else None


def place_of(run: RunFolder, what: str) -> Path | None:
    """Return where an artifact of a run lies: as its graph put it out, or else as a step told it."""
    left = json.loads(run.result.read_text(encoding="utf-8")) if run.result.exists() else {}
    told = [event["path"] for event in EventReader(run.events) if event["event"] == what]
    place = left.get(what) or next(reversed(told), None)
    return Path(place) if place else None


def steps_of(run: RunFolder) -> Steps:
    """Return the steps of a run that has ended, from its events."""
    request = json.loads(run.request.read_text(encoding="utf-8"))
    steps = Steps(request["steps"])
    for event in EventReader(run.events):
        steps.take(event)
    steps.settle(succeeded=run.result.exists())
    return steps


def show(run: RunFolder, console: Console) -> None:
    """Print what a run warned of, its table, why it ended as it did, and the commands to look further."""
    steps = steps_of(run)
    for step in steps.all:
        for warning in step.warnings:
            console.print(Text(f"! {step.title}: {warning}", style="yellow"), soft_wrap=True)
    for event in EventReader(run.events):
        if event["event"] == "retraining":
            console.print(answer(event), soft_wrap=True)
        if event["event"] == "registration" and not event["new"]:
            console.print("Nothing new came of it: all that it is built from is as it was.", soft_wrap=True)
    place = finished_choice(run)
    choice = read_manifest(place, Choice) if place else None
    if choice:
        console.print(candidates_table(choice))
        console.print(Padding(reasons(choice), (0, 0, 1, 2)))
    registration = registration_of(run)
    if registration:
        console.print(further(registration))
    failures(steps, run, console)


def failures(steps: Steps, run: RunFolder, console: Console) -> None:
    """Print why each step that failed could not go on."""
    for failed in steps.failures:
        console.print(failure(failed.title, failed.faults, failed.defect, run), soft_wrap=True)  # paths stay whole


def answer(event: dict[str, Any]) -> Text:
    """Return whether a retraining began, and why."""
    verb = "is trained again" if event["begins"] else "is not trained again"
    return Text(f"{event['name']} {verb}: {event['why']}", style="bold")


def candidates_table(choice: Choice) -> Table:
    """Return one row a candidate: quality with its interval, speed at the headline size, size, and the verdict."""
    card = choice.verdicts[0].scorecard
    headline, sizes = card.latency[0], ", ".join(f"{entry.batch} x {entry.tokens}" for entry in card.latency)
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title_justify="left",
        title=f"  Measured on {card.rows:,} held-out rows with {headline.threads} threads; latency of "
        f"{headline.batch} x {headline.tokens} tokens,\n  rows per s at the best of {sizes}",
    )
    confidence = card.accuracy.confidence
    table.add_column("  candidate", no_wrap=True)
    for name in (f"accuracy [{confidence:.0%}]", "macro\nF1", "p50\nms", "p95\nms", "rows\nper s", "speed-\nup", "MiB"):
        table.add_column(name, justify="right", no_wrap=True)
    for verdict in choice.verdicts:
        chosen = verdict.recipe == choice.chosen
        table.add_row(*_cells(verdict, chosen), style="bold green" if chosen else "")
    return table


def _cells(verdict: Verdict, chosen: bool) -> list[str]:
    card = verdict.scorecard
    accuracy, latency = card.accuracy, card.latency[0]
    throughput = max(entry.samples_per_second for entry in card.latency)
    return [
        f"{'▶' if chosen else ' '} {verdict.recipe}",
        f"{accuracy.value:.3f} [{_short(accuracy.low)}–{_short(accuracy.high)}]",
        f"{card.macro_f1.value:.3f}",
        _three_digits(latency.p50_ms),
        _three_digits(latency.p95_ms),
        f"{throughput:,.0f}",
        f"{card.speed_up:.1f}x",
        _three_digits(card.bytes_on_disk / MIB),
    ]


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def reasons(choice: Choice) -> RenderableType:
    """Return the sentence of the choice, and of each candidate that was not taken."""
    lines = [Text(choice.why, style="bold")]
    for verdict in choice.verdicts:
        if verdict.recipe not in (choice.chosen, BASELINE):
            lines += [Text(f"{verdict.recipe}: {reason}") for reason in verdict.reasons]
    return Group(*lines)


def further(registration: Registration) -> RenderableType:
    """Return where the model was registered, and the commands to look further."""
    grid = Table.grid(padding=(0, 2))
    place = f"{registration.name} version {registration.version}, alias {registration.alias}"
    grid.add_row("  registered", Text(place, style="bold"))
    grid.add_row("  try it", Text(f'.venv/bin/bessemer predict {registration.name} "…"'))
    grid.add_row("  promote it", Text(f".venv/bin/bessemer promote {registration.name}"))
    grid.add_row("  look at it", Text("make ui"))
    return grid


def failure(title: str, faults: list[str], defect: bool, run: RunFolder) -> RenderableType:
    """Return why a run failed, in sentences."""
    lines = [Text(f"{title or 'the run'} could not go on:", style="bold red")]
    lines += [Text(f"  {line}") for fault in faults for line in fault.splitlines()]
    if defect:
        lines.append(Text(f"This is a defect of Bessemer. The traceback stands in {run.log}", style="yellow"))
    return Group(*lines)
