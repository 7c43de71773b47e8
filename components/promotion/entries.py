"""What the entries of a ledger say: who reigns, who reigned before, and which requests wait.

An entry's values, beside the number, time and hashes that every journal's entry has:

- `kind`: one of those below;
- `from`, `to`: the champion's version before and after; of a request and its answers, the one that a promotion would
  take the alias from and to; None stands for nobody;
- `candidate`: the SHA-256 of what `to` names, so that no other version of the same number passes for it;
- `why`: a sentence of the gate's or of a person's;
- `who`: the user, `run`: the run of Kubeflow Pipelines or of `bessemer`, where there was one, and `found_by`: who
  recorded what somebody else did elsewhere;
- `evidence`: the SHA-256 of the decision that it stands on; `comparison`: of the comparison that this stands on;
  `gate`: what the gate found, in a line; `tracked`: the MLflow run that holds both;
- `request`: of an answer, the number of the request; `expires`: of a request, seconds since the epoch;
- `policy`: of a policy, which has no `from`, `to` and `candidate`, the settings by section that hold from then on.
"""

from collections.abc import Sequence
from typing import Literal

from components.contracts.journal import Entry

Kind = Literal["promotion", "approval", "rollback", "by hand", "request", "rejection", "lapse", "policy"]
"""`approval` is a promotion that a person approved, `by hand` a move outside of Bessemer that was observed, `lapse` a
request that nobody answered in time, or that what it stands on no longer holds for, `policy` what all challengers have
to meet from then on."""

MOVES: tuple[Kind, ...] = ("promotion", "approval", "rollback", "by hand")
ANSWERS: tuple[Kind, ...] = ("approval", "rejection", "lapse")


def is_move(entry: Entry) -> bool:
    """Whether the champion was another one after it."""
    return entry.values["kind"] in MOVES


def last_move(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry that says who reigns."""
    return next((entry for entry in reversed(entries) if is_move(entry)), None)


def champion(entries: Sequence[Entry]) -> int | None:
    """Return the version that reigns by the ledger."""
    move = last_move(entries)
    return move.values["to"] if move else None


def former_champion(entries: Sequence[Entry], reigning: int | None) -> int | None:
    """Return who reigned before `reigning`, and was not rolled back from since; None where nobody did."""
    reigns: list[int] = []
    for entry in filter(is_move, entries):
        version = entry.values["to"]
        if entry.values["kind"] == "rollback" and version in reigns:
            while reigns[-1] != version:
                reigns.pop()
        elif version is not None and reigns[-1:] != [version]:
            reigns.append(version)
    if reigns and reigns[-1] == reigning:
        reigns.pop()
    return reigns[-1] if reigns else None


def reign_of(entries: Sequence[Entry], version: int) -> Entry | None:
    """Return the last entry by which `version` became champion."""
    return next((entry for entry in reversed(entries) if is_move(entry) and entry.values["to"] == version), None)


def open_requests(entries: Sequence[Entry]) -> list[Entry]:
    """Return the requests without an answer, the oldest first."""
    answered = {entry.values["request"] for entry in entries if entry.values["kind"] in ANSWERS}
    return [entry for entry in entries if entry.values["kind"] == "request" and entry.number not in answered]


def policy_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the policy that holds; None where none was ever set."""
    return next((entry for entry in reversed(entries) if entry.values["kind"] == "policy"), None)


def why_lapsed(request: Entry, entries: Sequence[Entry], reigning: int | None, now: float) -> str:
    """Return why an open request can no longer be approved; empty when it can."""
    policy = policy_of(entries)
    if policy and policy.number > request.number:
        return f"the model's policy was changed after it was made, by entry {policy.number}"
    if reigning != request.values["from"]:
        return f"{named(request.values['from'])} reigned when it was made, and {named(reigning)} reigns now"
    if now > request.values["expires"]:
        return "nobody answered in time"
    return ""


def named(version: int | None) -> str:
    """Return a champion as it is spoken of."""
    return "nobody" if version is None else f"version {version}"
