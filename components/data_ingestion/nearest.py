"""What a user may have meant, and what there is instead."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """Return the sentence that names the closest of `names`; nothing when none is close."""
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(wrong.casefold(), folded, n=1)
    return f"Did you mean {folded[near[0]]}?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Return `names` in a row, cut short when there are many."""
    there = list(names)
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    return ", ".join(there[:_SHOWN]) + more
