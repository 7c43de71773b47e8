"""The versions that became challenger, and why, as registration noted them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from components.contracts.journal import Entry, Journal

if TYPE_CHECKING:
    from mlflow import MlflowClient


def challengers(client: "MlflowClient", name: str) -> list[Entry]:
    """Return every move of the alias that registration leads, the oldest first, once the chain is found whole.

    Raises:
        BadInput: an entry is missing, or was changed.
        Unavailable: the server does not answer.

    """
    return Journal(client, "challengers", name).entries()


def moved_by_hand(moves: Sequence[Entry], aliases: Mapping[str, int]) -> list[str]:
    """Return a sentence for each alias that is elsewhere than the last entry about it says."""
    noted = {move.values["alias"]: move.values["to"] for move in moves}
    return [
        f"The alias {alias} is at {_named(aliases.get(alias))}, and by the last entry about it at {_named(version)}: "
        "somebody moved it by hand, or a registration was killed."
        for alias, version in noted.items()
        if aliases.get(alias) != version
    ]


def _named(version: int | None) -> str:
    return "no version" if version is None else f"version {version}"
