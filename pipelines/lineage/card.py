"""A version's model card as it was written at its registration, and what became of the version since."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from components.contracts.faults import BadInput, Fault
from components.contracts.registration import CARD
from components.registration.markdown import code, plain, table
from pipelines.lineage.evidence import read_text
from pipelines.lineage.trace import trace
from pipelines.registered import find_version

if TYPE_CHECKING:
    from mlflow import MlflowClient


def card_now(client: "MlflowClient", name: str, wanted: str) -> str:
    """Return a version's model card, with its aliases, the gate's last word and the ledger's entries about it.

    Raises:
        BadInput: there is no such version, or none with a model card.
        Unavailable: the server does not answer.

    """
    version = find_version(client, name, wanted)
    card = read_text(client, version.run_id or "", CARD)
    if not card:
        thing, way_out = f"version {version.version} of {name}", "`bessemer lineage` shows what the registry knows."
        raise BadInput(Fault(thing, "no model card", f"{CARD} among the artifacts of its run", way_out))
    told = trace(client, name, str(version.version), generations=0).told
    return card + "\n".join(["", "## Since its registration", "", *_since(told), ""])


def _since(told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    aliases = told.get("registered", {}).get("aliases", "")
    yield f"Aliases: {code(aliases)}." if aliases else "No alias points to it."
    gate = told.get("gate", {}).get("found", "")
    yield f"\nThe gate: {plain(gate)}." if gate else "\nNo gate has judged it."
    entries = told.get("ledger", {})
    if entries:
        rows = [
            [plain(when), *(plain(_text(entry.get(key))) for key in ("kind", "from", "to", "who", "why"))]
            for when, entry in entries.items()
        ]
        yield "\n" + table(["entry of the ledger", "what", "from", "to", "who", "why"], rows)


def _text(value: Any) -> str:
    return "nobody" if value is None else str(value)
