"""A registered model's policy: what its challengers have to meet, whatever they were built with.

A version brings along what its own run was asked for, and whoever builds a challenger chooses that. What a model's
owner demands of all of them is an entry of the model's ledger, so that it is known who demanded it, when and why.
"""

from collections.abc import Mapping
from typing import Any

from components.contracts.faults import BadInput, Fault
from components.contracts.journal import Entry
from components.promotion.entries import policy_of
from components.promotion.ledger import Ledger, State

GOVERNED = ("gating", "promotion")
"""The sections that a policy may speak of."""

Sections = Mapping[str, Mapping[str, Any]]


def set_policy(ledger: Ledger, sections: Sections, why: str) -> Entry:
    """Let a policy hold from now on, in the place of the one before, and return its entry; nothing lifts it.

    What it says is not checked here: rooms do not know each other's settings.

    Args:
        ledger: of the registered model.
        sections: settings of the rooms of `GOVERNED`.
        why: the person's reason.

    Raises:
        BadInput: there is no such model, or no policy to lift, or the ledger was tampered with.
        Unavailable: the server does not answer.

    """
    wanted = {room: dict(section) for room, section in sections.items() if section}

    def decide(state: State) -> dict[str, Any] | Entry:
        holds = policy_of(state.entries)
        if holds and holds.values["policy"] == wanted:
            return holds
        if not (holds or wanted):
            raise BadInput(Fault(f"the policy of {ledger.name}", "none", "one to lift"))
        return {"kind": "policy", "policy": wanted, "why": why}

    return ledger.enter(decide)


def contradictions(name: str, policy: Entry | None, settings: Sections) -> list[Fault]:
    """Return a fault for each setting that a promotion was given and that the policy wants otherwise."""
    demanded = policy.values["policy"] if policy else {}
    return [
        Fault(
            f"{room}.{key}",
            _shown(value),
            f"{_shown(demanded[room][key])}, by the policy of {name}",
            f"`bessemer policy {name}` shows and changes it; a dry run may differ from it.",
        )
        for room, section in settings.items()
        for key, value in section.items()
        if key in demanded.get(room, {}) and value != demanded[room][key]
    ]


def _shown(value: Any) -> str:
    """Return a setting as people write it; on its way through KFP a whole number has become a float."""
    return f"{value:g}" if isinstance(value, float) else repr(value)
