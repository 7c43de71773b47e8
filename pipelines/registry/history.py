"""A model's ledger and its challengers as tables in the terminal, as lines and as JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.contracts.journal import Entry
from components.promotion.entries import is_move, named
from components.promotion.ledger import State
from pipelines.registry.challengers import moved_by_hand

COLOURS = {"promotion": "green", "approval": "green", "rollback": "yellow", "by hand": "red", "rejection": "red"}


def show(state: State, moves: Sequence[Entry], console: Console) -> None:
    """Print what somebody should know first, then every entry, the newest first, and the hashes that prove them.

    Args:
        state: the ledger's.
        moves: of the alias of the challengers.
        console: where it goes.

    """
    console.print(Text(f"{state.name}: {named(state.reigning)} reigns", style="bold"))
    for remark in remarks(state, moves):
        console.print(Text(f"! {remark}", style="yellow"))
    if state.entries:
        _show_ledger(state, console)
    else:
        console.print("The ledger has no entry yet.")
    if moves:
        _show_challengers(moves, console)


def remarks(state: State, moves: Sequence[Entry]) -> list[str]:
    """Return what somebody should know who looks, in sentences."""
    return [*state.remarks(), *moved_by_hand(moves, state.aliases)]


def _show_ledger(state: State, console: Console) -> None:
    table = _table("what", "champion")
    for entry in reversed(state.entries):
        colour = COLOURS.get(entry.values["kind"], "")
        what = Text(entry.values["kind"], style=colour)
        table.add_row(str(entry.number), when(entry.time), what, step(entry), entry.values["who"], why(entry))
    _finish(table, state.entries[-1], console)


def _show_challengers(moves: Sequence[Entry], console: Console) -> None:
    table = _table("alias", "version")
    for entry in reversed(moves):
        values = entry.values
        table.add_row(str(entry.number), when(entry.time), values["alias"], move(entry), values["who"], values["why"])
    _finish(table, moves[-1], console)


def _table(*middle: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", "when (UTC)", *middle):
        table.add_column(name, no_wrap=True)
    for name in ("who", "why"):
        table.add_column(name)
    return table


def _finish(table: Table, last: Entry, console: Console) -> None:
    console.print(table)
    console.print(f"The chain is whole. Entry {last.number} has the hash {last.sha256}.", style="dim")


def to_json(state: State, moves: Sequence[Entry]) -> str:
    """Return everything that the ledger says, and who challenged, as JSON."""
    return json.dumps(
        {
            "name": state.name,
            "champion": state.reigning,
            "remarks": remarks(state, moves),
            "entries": [_as_dict(entry) for entry in state.entries],
            "challengers": [_as_dict(entry) for entry in moves],
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
        return move(entry)
    return f"({_short(entry.values['to'])})"


def move(entry: Entry) -> str:
    """Return where an alias was before and after."""
    return f"{_short(entry.values['from'])} → {_short(entry.values['to'])}"


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
