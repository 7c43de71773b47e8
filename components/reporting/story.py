"""What a run has come to by the time that a candidate was chosen, or none: its contracts, found consistent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.contracts.choice import Choice, Verdict
from components.contracts.dataset import Dataset
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.folders import read_manifest
from components.contracts.model import BaseModel, TunedModel
from components.contracts.validation import Validation


@dataclass(frozen=True)
class Inputs:
    """Where the folders of the contracts lie; only their manifests are read."""

    dataset: Path
    base: Path
    validation: Path
    tuned: Path
    choice: Path


@dataclass(frozen=True)
class Story:
    """The contracts of one run."""

    dataset: Dataset
    base: BaseModel
    validation: Validation
    tuned: TunedModel
    choice: Choice

    @property
    def shown(self) -> Verdict:
        """The candidate that is looked at closely: the chosen one, or the baseline when there is none."""
        verdicts = self.choice.verdicts
        return next((verdict for verdict in verdicts if verdict.recipe == self.choice.chosen), verdicts[0])


def read_story(inputs: Inputs) -> Story:
    """Return what `inputs` hold.

    Raises:
        BadInput: a contract is not there, or they come from different runs.

    """
    story = Story(
        dataset=read_manifest(inputs.dataset, Dataset),
        base=read_manifest(inputs.base, BaseModel),
        validation=read_manifest(inputs.validation, Validation),
        tuned=read_manifest(inputs.tuned, TunedModel),
        choice=read_manifest(inputs.choice, Choice),
    )
    refuse_if_any(_inconsistencies(story, inputs))
    return story


def _inconsistencies(story: Story, inputs: Inputs) -> Iterator[Fault]:
    content = story.dataset.content_sha256
    measured = [
        (
            inputs.choice,
            f"the data set that {verdict.recipe} was measured on",
            verdict.scorecard.dataset_sha256,
            content,
        )
        for verdict in story.choice.verdicts
    ]
    for path, what, found, expected in [
        (inputs.validation, "the validated data set", story.validation.dataset_sha256, content),
        (inputs.tuned, "the data set that it was trained on", story.tuned.dataset_sha256, content),
        (inputs.tuned, "the base model that it was tuned from", story.tuned.base_sha256, story.base.sha256),
        *measured,
    ]:
        if found != expected:
            way_out = "These come from different runs: hand over the artifacts of one run."
            yield Fault(f"{path}: {what}", f"sha256 {found[:12]}", f"sha256 {expected[:12]}", way_out)
