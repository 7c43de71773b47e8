"""What registration stands on: the choice, the chosen candidate, and what it came from; read and found consistent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.choice import Choice, Verdict
from components.contracts.dataset import Dataset
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.folders import check_files, read_manifest, sha256_of
from components.contracts.model import BaseModel, TunedModel
from components.contracts.scorecard import Scorecard
from components.contracts.settings import whole_numbers_as_integers
from components.contracts.validation import Validation


@dataclass(frozen=True)
class Inputs:
    """Where the folders of the contracts lie."""

    candidates: tuple[Path, ...]
    """Of every recipe, in any order."""
    scorecards: tuple[Path, ...]
    """Of every recipe, in any order."""
    choice: Path
    base: Path
    tuned: Path
    dataset: Path
    validation: Path
    curve: Path
    """The page with the training curve, one file."""
    report: Path
    """The page about the whole run, one file."""
    asked: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    """What the run was asked for, where a form did."""


@dataclass(frozen=True)
class Evidence:
    """The chosen candidate and everything that is known about where it came from."""

    choice: Choice
    verdict: Verdict
    """Of the chosen candidate."""
    candidate: Candidate
    candidate_folder: Path
    scorecard_folder: Path
    candidate_sha256: str
    """Of the candidate's manifest, which names the hash of each of its files."""
    base: BaseModel
    tuned: TunedModel
    dataset: Dataset
    asked: Mapping[str, Any]
    """What the run was asked for: `preset`, `overrides`, `recipes`, and a section of settings a room; may be empty."""

    @property
    def scorecard(self) -> Scorecard:
        """What was measured about the chosen candidate."""
        return self.verdict.scorecard


def read_evidence(inputs: Inputs) -> Evidence:
    """Return what `inputs` hold about the chosen candidate.

    Raises:
        BadInput: no candidate was chosen; or the chosen one is not there, is damaged, cannot be served, or is not the
            one that was measured and not made from these inputs.

    """
    choice = read_manifest(inputs.choice, Choice)
    if not choice.chosen:
        raise BadInput(_rejected(verdict) for verdict in choice.verdicts)
    folder = _find(choice.chosen, inputs.candidates, Candidate)
    evidence = Evidence(
        choice=choice,
        verdict=next(verdict for verdict in choice.verdicts if verdict.recipe == choice.chosen),
        candidate=read_candidate(folder),
        candidate_folder=folder,
        scorecard_folder=_find(choice.chosen, inputs.scorecards, Scorecard),
        candidate_sha256=sha256_of(folder / Candidate.FILE),
        base=read_manifest(inputs.base, BaseModel),
        tuned=read_manifest(inputs.tuned, TunedModel),
        dataset=read_manifest(inputs.dataset, Dataset),
        asked=whole_numbers_as_integers(inputs.asked),
    )
    refuse_if_any(_inconsistencies(evidence, inputs))
    check_files(inputs.tuned, evidence.tuned.files)  # which go into the registry too
    return evidence


def _rejected(verdict: Verdict) -> Fault:
    reasons = "; ".join(reason.rstrip(".") for reason in verdict.reasons)
    way_out = "Nothing is registered: loosen a budget of the selection, or try another recipe."
    return Fault(f"candidate {verdict.recipe}", reasons, "a candidate within every budget", way_out)


def _find(recipe: str, folders: tuple[Path, ...], kind: type[Candidate] | type[Scorecard]) -> Path:
    recipes = {read_manifest(folder, kind).recipe: folder for folder in folders}
    if recipe not in recipes:
        plural = f"{kind.__name__.lower()}s"
        found = f"{plural} of {', '.join(sorted(recipes))}" if recipes else f"no {plural}"
        raise BadInput(Fault(f"the {plural}", found, f"one of {recipe}, which was chosen"))
    return recipes[recipe]


def _inconsistencies(evidence: Evidence, inputs: Inputs) -> Iterator[Fault]:
    candidate, content = evidence.candidate, evidence.dataset.content_sha256
    if candidate.runtime != "onnxruntime":
        yield Fault(
            f"candidate {candidate.recipe}",
            f"one that runs on {candidate.runtime}",
            "one that onnxruntime serves",
            "Choose anew: selection never takes the baseline.",
        )
    for picture in (inputs.curve, inputs.report, evidence.scorecard_folder / Scorecard.CONFUSION):
        if not picture.is_file():
            yield Fault(str(picture), "no such file", "what the step drew", "Run that step again.")
    validation = read_manifest(inputs.validation, Validation)
    measured = read_manifest(evidence.scorecard_folder, Scorecard)
    for path, what, found, expected in [
        (inputs.choice, "the measured candidate", evidence.scorecard.candidate_sha256, evidence.candidate_sha256),
        (inputs.choice, "the data set that it was measured on", evidence.scorecard.dataset_sha256, content),
        (
            evidence.scorecard_folder,
            "the predictions that it was chosen for",
            measured.predictions_sha256,
            evidence.scorecard.predictions_sha256,
        ),
        (inputs.validation, "the validated data set", validation.dataset_sha256, content),
        (inputs.tuned, "the data set that it was trained on", evidence.tuned.dataset_sha256, content),
        (inputs.tuned, "the base model that it was tuned from", evidence.tuned.base_sha256, evidence.base.sha256),
        (
            evidence.candidate_folder,
            "the tuned model that it was made from",
            candidate.tuned_sha256,
            evidence.tuned.files.get("model.safetensors", ""),
        ),
    ]:
        if found != expected:
            way_out = "These come from different runs: hand over the artifacts of one run."
            yield Fault(f"{path}: {what}", f"sha256 {found[:12]}", f"sha256 {expected[:12]}", way_out)
