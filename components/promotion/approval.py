"""A person's word on a challenger that has passed the gate: given here, or taken up from MLflow's pages."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

from mlflow.entities.model_registry import ModelVersion

from components.contracts.faults import BadInput, Fault
from components.contracts.journal import Entry, Overtaken
from components.contracts.registration import CANDIDATE
from components.contracts.who import who
from components.promotion.check import check_version
from components.promotion.entries import ANSWERS, named, open_requests, why_lapsed
from components.promotion.ledger import Ledger, State

Answer = Literal["approval", "rejection"]

APPROVED_CHALLENGER = "approved-challenger"
"""The alias that approves a version whose request waits."""
APPROVAL = "approval"
"""The tag of a version whose request waits; who sets it to `approved` or `rejected` answers the request."""
_IN_MLFLOW = "somebody in MLflow"
_BESSEMER = "bessemer"
"""MLflow says what was set, and not by whom."""


def request_approval(ledger: Ledger, version: int, decide: Callable[[State], dict[str, Any]], hours: float) -> Entry:
    """Let a request wait for a person, and say so in MLflow's pages; one that waits for this version already stays.

    Once the request is there, its tag says so; what was said in MLflow's pages before that counts for nothing.

    Args:
        ledger: of the registered model.
        version: the challenger.
        decide: returns the promotion's values for the state that it is given, or raises when that forbids it.
        hours: until it lapses.

    """
    state = ledger.look()
    if not _waiting_for(version, state) and _said_in_mlflow(ledger.version(version), state):
        _take_marks_off(ledger, version, state, "too early: nothing waited for an answer yet")

    def ask(state: State) -> dict[str, Any] | Entry:
        values = decide(state)
        if waiting := _waiting_for(version, state):
            return waiting[-1]
        return {**values, "kind": "request", "expires": time.time() + hours * 3600}

    request = ledger.enter(ask)
    say_that_it_waits(ledger, request)
    return request


def say_that_it_waits(ledger: Ledger, request: Entry) -> None:
    """Ask for an answer in MLflow's pages, unless there is one."""
    state = ledger.look()
    version = ledger.version(request.values["to"])
    if request in open_requests(state.entries) and version and not _said_in_mlflow(version, state):
        ledger.tag(request.values["to"], APPROVAL, "waiting: set this to approved or rejected")


def answer(ledger: Ledger, kind: Answer, version: int | None, why: str) -> Entry:
    """Approve or reject the request that waits, and return the entry.

    Args:
        ledger: of the registered model.
        kind: which of the two.
        version: whose request; may be left out when only one waits.
        why: the person's reason.

    Raises:
        BadInput: no such request waits, or the version can no longer be served.
        Overtaken: somebody else answered at the same moment.
        Unavailable: the server does not answer.

    """
    if kind == "rejection":
        ledger.settle()  # nothing that was approved in MLflow is taken up on the way to a rejection
    else:
        take_up(ledger)
    request = _the_request(ledger.look(), version)
    if kind == "approval":
        check_version(ledger, request.values["to"], request.values["candidate"])
    return _answer(ledger, request, kind, why)


def take_up(ledger: Ledger) -> list[Entry]:
    """Answer every request that was answered in MLflow's pages or has lapsed, and return the new entries.

    Raises:
        BadInput: there is no such model, or its ledger was tampered with.
        Unavailable: the server does not answer.

    """
    taken = []
    state = ledger.settle()
    for request in open_requests(state.entries):
        try:
            entry = _take_up(ledger, request, state)
        except Overtaken:
            continue  # somebody else took it up
        if entry:
            taken.append(entry)
            state = ledger.look()
    return taken


def withdraw(ledger: Ledger, version: int, candidate: str, why: str) -> None:
    """Let a version's request lapse, as the gate no longer lets it pass.

    Args:
        ledger: of the registered model.
        version: the challenger.
        candidate: the SHA-256 of its candidate.
        why: what the gate says now.

    """
    for request in open_requests(ledger.look().entries):
        if (request.values["to"], request.values["candidate"]) == (version, candidate):
            with suppress(Overtaken):  # somebody else answered it
                _answer(ledger, request, "lapse", f"It lapsed, as the gate was asked again: {why}", by=_BESSEMER)


def _take_up(ledger: Ledger, request: Entry, state: State) -> Entry | None:
    version = ledger.version(request.values["to"])
    if why := why_lapsed(request, state.entries, state.reigning, time.time()) or _why_another(request, version):
        return _answer(ledger, request, "lapse", f"It lapsed: {why}.", by=_BESSEMER)
    kind = _said_in_mlflow(version, state)
    if kind == "approval":
        try:
            check_version(ledger, request.values["to"], request.values["candidate"])
        except BadInput as refusal:
            return _answer(ledger, request, "rejection", f"Approved in MLflow, but refused: {refusal}", by=_BESSEMER)
    return _answer(ledger, request, kind, "Set in MLflow.", by=_IN_MLFLOW) if kind else None


def _why_another(request: Entry, version: ModelVersion | None) -> str:
    """Return why a version is not the one that a request is about; empty when it is."""
    asked = named(request.values["to"])
    if version is None:
        return f"there is no {asked} any longer"
    return "" if version.tags.get(CANDIDATE) == request.values["candidate"] else f"{asked} is another model now"


def _said_in_mlflow(version: ModelVersion | None, state: State) -> Answer | None:
    """Return what somebody has set there; a rejection counts more than an approval."""
    if version is None:
        return None
    said = version.tags.get(APPROVAL, "").strip().lower()
    if said == "rejected":
        return "rejection"
    aliased = state.aliases.get(APPROVED_CHALLENGER) == int(version.version)
    return "approval" if said == "approved" or aliased else None


def _answer(ledger: Ledger, request: Entry, kind: Answer | Literal["lapse"], why: str, by: str = "") -> Entry:
    observed = {"who": by, "found_by": who()["who"]} if by else {}

    def decide(state: State) -> dict[str, Any]:
        if request not in open_requests(state.entries):
            raise Overtaken(_answered(state, request))
        lapsed = why_lapsed(request, state.entries, state.reigning, time.time())
        if lapsed and kind == "approval":
            raise Overtaken(_not_waiting(state, request.values["to"], f"a request that lapsed: {lapsed}"))
        kept = {key: value for key, value in request.values.items() if key not in ("expires", "who", "run")}
        return {**kept, "kind": kind, "why": why, "request": request.number, **observed}

    entry = ledger.enter(decide)
    _take_marks_off(ledger, request.values["to"], ledger.look(), f"{kind}, entry {entry.number} of the ledger")
    return entry


def _take_marks_off(ledger: Ledger, version: int, state: State, said: str) -> None:
    """Take what approves a version out of MLflow's pages, and say there what became of it."""
    if ledger.version(version) is None:
        return
    ledger.tag(version, APPROVAL, said)
    if state.aliases.get(APPROVED_CHALLENGER) == version:
        ledger.delete_alias(APPROVED_CHALLENGER)


def _waiting_for(version: int | None, state: State) -> list[Entry]:
    return [entry for entry in state.waiting(time.time()) if version in (None, entry.values["to"])]


def _the_request(state: State, version: int | None) -> Entry:
    waiting = _waiting_for(version, state)
    versions = list(dict.fromkeys(str(entry.values["to"]) for entry in waiting))
    if len(versions) == 1:
        return waiting[-1]
    if waiting:
        thing, way_out = f"the requests of {state.name}", "Name the version too."
        raise BadInput(Fault(thing, f"one each for versions {', '.join(versions)}", "one", way_out))
    raise BadInput(_not_waiting(state, version, _last_said(state, version)))


def _last_said(state: State, version: int | None) -> str:
    """Return what became of the last request, none of which waits."""
    lapsed = [entry for entry in open_requests(state.entries) if version in (None, entry.values["to"])]
    if lapsed:
        return f"one that lapsed: {why_lapsed(lapsed[-1], state.entries, state.reigning, time.time())}"
    answers = [
        entry for entry in state.entries if entry.values["kind"] in ANSWERS and version in (None, entry.values["to"])
    ]
    return f"none that waits, and the last answer is: {answers[-1].values['kind']}" if answers else "none"


def _not_waiting(state: State, version: int | None, found: str) -> Fault:
    thing = f"a request for version {version} of {state.name}" if version else f"a request of {state.name}"
    return Fault(thing, found, "one that waits", f"`bessemer history {state.name}` shows what became of it.")


def _answered(state: State, request: Entry) -> Fault:
    given = next(entry for entry in state.entries if entry.values.get("request") == request.number)
    found = f"{given.values['kind']} by {given.values['who']}"
    thing = f"the request for version {request.values['to']} of {state.name}"
    return Fault(thing, found, "one that waits", "Somebody else was faster.")
