"""Bring an earlier champion back."""

from typing import Any

from components.contracts.faults import BadInput, Fault
from components.contracts.journal import Entry
from components.promotion.check import check_version
from components.promotion.entries import former_champion, is_move, last_move, reign_of
from components.promotion.ledger import Ledger, State


def roll_back(ledger: Ledger, to: int | None, why: str) -> Entry:
    """Move the alias back to an earlier champion that still answers, and return the entry.

    A rollback that a killed process has left is finished, and is the answer then: asking twice goes back once.

    Args:
        ledger: of the registered model.
        to: a version that has reigned; without one it is who reigned before.
        why: the person's reason.

    Raises:
        BadInput: nobody reigned before, the version never reigned, or it is gone, changed or does not load.
        Overtaken: another rollback was broken off, and the alias was moved elsewhere since.
        Unavailable: the server does not answer.

    """
    broken_off = _broken_off(ledger.look())
    if broken_off and to in (None, broken_off.values["to"]):
        ledger.settle().refuse_unless_reigning(broken_off)
        return broken_off
    target = _target(ledger.settle(), to)
    candidate = check_version(ledger, target, _recorded(ledger.look(), target))

    def decide(state: State) -> dict[str, Any]:
        if _target(state, to) != target:
            raise BadInput(_moved(state))
        return {"kind": "rollback", "from": state.reigning, "to": target, "candidate": candidate, "why": why}

    return ledger.enter(decide)


def _broken_off(state: State) -> Entry | None:
    move = last_move(state.entries)
    # not merely beyond what is done: beside a lost mark that would be a rollback of long ago
    return move if move and move.number == state.done + 1 and move.values["kind"] == "rollback" else None


def _target(state: State, to: int | None) -> int:
    """Return the version to go back to."""
    before = former_champion(state.entries, state.reigning)
    wanted = before if to is None else to
    thing = f"the champion of {state.name}"
    if wanted is None:
        found = f"version {state.reigning} and nobody before it" if state.reigning else "nobody, now or before"
        raise BadInput(Fault(thing, found, "an earlier champion to go back to"))
    if wanted == state.reigning:
        raise BadInput(Fault(thing, f"version {wanted} already", "another version to come back from"))
    if reign_of(state.entries, wanted) is None:
        reigned = {entry.values["to"] for entry in filter(is_move, state.entries)} - {None, state.reigning}
        expected = f"one of {', '.join(map(str, sorted(reigned)))}" if reigned else "a version that has reigned"
        way_out = "A version that never reigned goes through `bessemer promote`."
        raise BadInput(Fault(f"version {wanted} of {state.name}", "one that never reigned", expected, way_out))
    return wanted


def _recorded(state: State, version: int) -> str:
    reign = reign_of(state.entries, version)
    return str(reign.values["candidate"]) if reign else ""


def _moved(state: State) -> Fault:
    found, way_out = f"version {state.reigning}", "Somebody moved it just now: look at the history, then ask again."
    return Fault(f"the champion of {state.name}", found, "the one to come back from", way_out)
