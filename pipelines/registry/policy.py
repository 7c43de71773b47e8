"""What a model's owner demands of its challengers, as the command takes it and shows it."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from components.contracts.faults import Fault, refuse_if_any
from components.contracts.journal import Entry
from components.contracts.settings import find_faults
from components.promotion.entries import policy_of
from components.promotion.ledger import Ledger, State
from components.promotion.policy import GOVERNED, set_policy
from pipelines.registry.history import demands, when
from pipelines.sections import ROOMS


def set_checked(ledger: Ledger, sections: Mapping[str, Any], why: str) -> Entry:
    """Let a policy hold from now on, once its settings are found to be such.

    Raises:
        BadInput: every fault of the settings; or as `set_policy` does.
        Unavailable: the server does not answer.

    """
    refuse_if_any(fault for room, section in sections.items() for fault in _faults(room, section))
    return set_policy(ledger, sections, why)


def told(state: State) -> str:
    """Return which policy holds, in sentences."""
    policy = policy_of(state.entries)
    if policy is None or not policy.values["policy"]:
        return f"{state.name} has no policy: a challenger is judged by what its own run was asked for."
    asked = f"{policy.values['who']}, {when(policy.time)} UTC, entry {policy.number} of the ledger"
    return f"{state.name}: {demands(policy)}\n{policy.values['why']} ({asked})"


def _faults(room: str, section: Any) -> list[Fault]:
    if room not in GOVERNED:
        near = get_close_matches(room, GOVERNED, n=1)
        way_out = f"Did you mean {near[0]}?" if near else "The rest is the business of who builds the model."
        return [Fault(room, "a section that no policy has", f"one of {', '.join(GOVERNED)}", way_out)]
    if not isinstance(section, Mapping):
        return [Fault(room, repr(section), "a mapping of keys to values")]
    return find_faults(ROOMS[room], dict(section), room)
