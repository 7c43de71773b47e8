"""Everything that a registered version came from, as the registry knows it now."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from components.contracts.choice import Choice, Verdict
from components.contracts.faults import BadInput
from components.contracts.journal import Journal
from components.contracts.promotion import GATE, GATE_EVIDENCE, GATE_RUN
from pipelines.lineage.evidence import read_asked, read_contract
from pipelines.registered import find_version, split_name

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

_GENERATIONS = 20
"""How many versions, each trained further from the one before, are followed."""
_TAGS = {
    "model": ("recipe", "applied", "candidate_sha256", "tuned_sha256", "model_sha256"),
    "measured": ("accuracy", "p50_ms", "p95_ms", "mib", "speed_up"),
    "data": ("data_source", "data_repository", "data_revision", "data_md5", "dataset_sha256"),
    "base model": ("base_model", "base_revision", "base_sha256", "unknown_texts_of"),
    "code": ("git_revision",),
    "runs": ("pipeline_run", "mlflow_parent_run"),
}
"""Under which heading each of the version's tags stands."""
_TOLD_OTHERWISE = ("images", "preset", "parent_model", GATE, GATE_EVIDENCE, GATE_RUN)


@dataclass(frozen=True)
class Lineage:
    """A version and what it came from."""

    version: str
    """As `models:/name/3`."""
    told: dict[str, dict[str, Any]]
    """A heading and what stands under it: texts, and mappings of texts."""
    parent: "Lineage | None" = None
    """The version that this one was trained further from."""

    def as_json(self) -> dict[str, Any]:
        """Return all of it, as JSON has it."""
        return {"version": self.version, **self.told, "parent": self.parent.as_json() if self.parent else None}


def trace(client: "MlflowClient", name: str, wanted: str = "", generations: int = _GENERATIONS) -> Lineage:
    """Return what a version came from, and what the version came from that it was trained further from.

    Args:
        client: of the registry.
        name: the registered model's.
        wanted: as `find_version` has it.
        generations: how many versions are followed.

    Raises:
        BadInput: there is no such version, or the ledger was tampered with.
        Unavailable: the server does not answer.

    """
    version = find_version(client, name, wanted)
    parent = version.tags.get("parent_model", "")
    return Lineage(
        f"models:/{version.name}/{version.version}",
        {heading: told for heading, told in _told(client, version).items() if told},
        _parent(client, parent, generations - 1) if parent and generations else None,
    )


def _parent(client: "MlflowClient", parent: str, generations: int) -> Lineage:
    try:
        return trace(client, *split_name(parent), generations)
    except BadInput as gone:
        return Lineage(parent, {"gone": {"why": str(gone)}})


def _told(client: "MlflowClient", version: "ModelVersion") -> dict[str, dict[str, Any]]:
    tags, run_id = version.tags, version.run_id or ""
    told: dict[str, dict[str, Any]] = {
        heading: {name: tags[name] for name in names if name in tags} for heading, names in _TAGS.items()
    }
    known = {name for names in _TAGS.values() for name in names}.union(_TOLD_OTHERWISE)
    asked = read_asked(client, run_id) if run_id else {}
    told["registered"] = {"when": _time(version.creation_timestamp / 1000), "aliases": ", ".join(version.aliases)}
    told["code"] |= {"images": json.loads(tags.get("images", "{}"))}
    told["asked for"] = {"preset": tags.get("preset", ""), "overrides": asked.get("overrides", {})}
    told["runs"] |= {"mlflow_run": run_id}
    told["candidates"] = _candidates(client, run_id) if run_id else {}
    told["gate"] = {
        "found": tags.get(GATE, ""),
        "evidence": tags.get(GATE_EVIDENCE, ""),
        "mlflow_run": tags.get(GATE_RUN, ""),
    }
    told["ledger"] = _ledger(client, version)
    told["further tags"] = {name: value for name, value in tags.items() if name not in known}
    return {heading: {name: value for name, value in below.items() if value} for heading, below in told.items()}


def _candidates(client: "MlflowClient", run_id: str) -> dict[str, dict[str, str]]:
    """Return a line of each candidate's scorecard and what became of it, by recipe."""
    choice = read_contract(client, run_id, "choice", Choice)
    return {verdict.recipe: _scorecard(choice, verdict) for verdict in choice.verdicts} if choice else {}


def _scorecard(choice: Choice, verdict: Verdict) -> dict[str, str]:
    card = verdict.scorecard
    accuracy, headline = card.accuracy, card.latency[0]
    return {
        "outcome": choice.outcome(verdict),
        "accuracy": f"{accuracy.value:.4f} [{accuracy.low:.4f}, {accuracy.high:.4f}]",
        "rows": f"{card.rows:,} of the {card.split} split",
        "latency": f"p50 {headline.p50_ms:.2f} ms, p95 {headline.p95_ms:.2f} ms, {card.speed_up:.1f} times torch fp32",
        "size": f"{card.bytes_on_disk / 2**20:.1f} MiB",
        "candidate_sha256": card.candidate_sha256,
    }


def _ledger(client: "MlflowClient", version: "ModelVersion") -> dict[str, dict[str, Any]]:
    """Return the entries that name the version, by their number and time."""
    entries = Journal(client, "ledger", version.name).entries()
    number = int(version.version)
    return {
        f"{entry.number}, {_time(entry.time)}": {**entry.values, "sha256": entry.sha256}
        for entry in entries
        if number in (entry.values.get("from"), entry.values.get("to"))
    }


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
