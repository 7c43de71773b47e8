"""A model's ledger as a table in the terminal, as lines and as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.contracts.journal import Entry
from components.promotion.entries import is_move, named
from components.promotion.ledger import State

COLOURS = {"promotion": "green", "approval": "green", "rollback": "yellow", "by hand": "red", "rejection": "red"}


def show(state: State, console: Console) -> None:
    """Print what somebody should know first, then every entry, the newest first, and the hash that proves them."""
    console.print(Text(f"{state.name}: {named(state.reigning)} reigns", style="bold"))
    for remark in state.remarks():
        console.print(Text(f"! {remark}", style="yellow"))
    if not state.entries:
        console.print("The ledger has no entry yet.")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", "when (UTC)", "what", "champion", "who", "why"):
        table.add_column(name, no_wrap=name in ("", "when (UTC)", "what", "champion"))
    for entry in reversed(state.entries):
        colour = COLOURS.get(entry.values["kind"], "")
        what = Text(entry.values["kind"], style=colour)
        table.add_row(str(entry.number), when(entry.time), what, step(entry), entry.values["who"], why(entry))
    console.print(table)
    last = state.entries[-1]
    console.print(f"The chain is whole. Entry {last.number} has the hash {last.sha256}.", style="dim")


def to_json(state: State) -> str:
    """Return everything that the ledger says, as JSON."""
    return json.dumps(
        {
            "name": state.name,
            "champion": state.reigning,
            "remarks": state.remarks(),
            "entries": [_as_dict(entry) for entry in state.entries],
        },
        indent=2,
        ensure_ascii=False,
    )


def _as_dict(entry: Entry) -> dict[str, Any]:
    moment = datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="seconds")
    return {"number": entry.number, "time": moment, "before": entry.before, "sha256": entry.sha256, **entry.values}


def line(name: str, entry: Entry) -> str:
    """Return what an entry says, as the answer to who asked for it."""
    what = f"{entry.values['kind']}, {step(entry)}" if step(entry) else f"policy, {demands(entry)}"
    return f"{name}: {what}; entry {entry.number} of the ledger"


def step(entry: Entry) -> str:
    """Return who reigned before and after; of what moved nothing, which version it is about, if it is about one."""
    if entry.values["kind"] == "policy":
        return ""
    if is_move(entry):
        return f"{_short(entry.values['from'])} → {_short(entry.values['to'])}"
    return f"({_short(entry.values['to'])})"


def why(entry: Entry) -> str:
    """Return the reason, and which request it answers, or what a policy demands."""
    if entry.values["kind"] == "policy":
        return f"{entry.values['why']} ({demands(entry)})"
    request = entry.values.get("request")
    return f"{entry.values['why']} (request {request})" if request else str(entry.values["why"])


def demands(policy: Entry) -> str:
    """Return the settings that a policy holds, as a command takes them."""
    sections = policy.values["policy"].items()
    settings = [f"{room}.{key}={json.dumps(value)}" for room, section in sections for key, value in section.items()]
    return ", ".join(settings) or "nothing any longer"


def when(seconds: float) -> str:
    """Return a moment as people read it, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def _short(version: int | None) -> str:
    return "nobody" if version is None else str(version)
