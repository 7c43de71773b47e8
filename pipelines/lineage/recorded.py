"""What a version says of how it was made, as far as it takes to make it again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.contracts.candidate import Candidate
from components.contracts.choice import Choice
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.model import TunedModel
from components.contracts.registration import ASKED
from components.contracts.scorecard import Scorecard
from pipelines.lineage.evidence import read_asked, read_contract
from pipelines.registered import find_version

if TYPE_CHECKING:
    from mlflow import MlflowClient

_MACHINE = ("processor", "device", "threads", "processes")


@dataclass(frozen=True)
class Recorded:
    """A version and its evidence."""

    name: str
    version: int
    tags: dict[str, str]
    asked: dict[str, Any]
    """What its run was asked for: `preset`, `overrides`, `recipes`, and a section of settings a room."""
    tuned: TunedModel
    candidate: Candidate
    scorecard: Scorecard
    """Of the candidate."""

    @property
    def made_with(self) -> dict[str, str]:
        """The versions of the libraries that computed it, by name."""
        libraries = {**self.tuned.made_with, **self.candidate.made_with}
        return {name: version for name, version in libraries.items() if name not in _MACHINE}


def read_recorded(client: "MlflowClient", name: str, wanted: str) -> Recorded:
    """Return what a version says of how it was made.

    Raises:
        BadInput: there is no such version, or what it was made from is not all beside it.
        Unavailable: the server does not answer.

    """
    version = find_version(client, name, wanted)
    thing, run_id = f"version {version.version} of {name}", version.run_id or ""
    if "recipe" not in version.tags or not run_id:
        raise BadInput(Fault(thing, "one that Bessemer did not register", "one of `bessemer run`"))
    asked = read_asked(client, run_id)
    tuned = read_contract(client, run_id, TunedModel.FOLDER, TunedModel)
    candidate = read_contract(client, run_id, "candidate", Candidate)
    choice = read_contract(client, run_id, "choice", Choice)
    there = {
        ASKED: asked,
        f"{TunedModel.FOLDER}/{TunedModel.FILE}": tuned,
        f"candidate/{Candidate.FILE}": candidate,
        f"choice/{Choice.FILE}": choice,
    }
    way_out = "It was registered by hand, by an older Bessemer, or somebody deleted it: build it anew."
    expected = f"it among the artifacts of run {run_id}"
    refuse_if_any(Fault(f"{thing}: {name}", "nothing", expected, way_out) for name, found in there.items() if not found)
    assert tuned
    assert candidate
    assert choice
    scorecard = next(each.scorecard for each in choice.verdicts if each.recipe == candidate.recipe)
    return Recorded(name, int(version.version), dict(version.tags), asked, tuned, candidate, scorecard)
