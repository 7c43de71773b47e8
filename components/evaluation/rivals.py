"""The two models of a gate, read and found fit to be compared: two different ones, with the labels of the data."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.contenders import Contender, Contenders, Role
from components.contracts.dataset import Dataset
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.folders import read_manifest, sha256_of
from components.contracts.reference import Reference
from components.evaluation.held_out import differing_labels


@dataclass(frozen=True)
class Rival:
    """A contender with its candidate."""

    role: Role
    contender: Contender
    folder: Path
    """The candidate's."""
    candidate: Candidate
    learned: Path
    """The file with the keys of the texts that it has learned from."""

    @property
    def bytes_on_disk(self) -> int:
        """Everything that is needed to serve it, manifest included."""
        return sum((self.folder / name).stat().st_size for name in (*self.candidate.files, Candidate.FILE))

    def __str__(self) -> str:
        return f"the {self.role}, version {self.contender.version}"


def read_rivals(folder: Path, dataset: Dataset) -> tuple[Contenders, list[Rival]]:
    """Return the contenders contract in `folder`, and the challenger, then the champion where somebody reigns.

    Raises:
        BadInput: a folder does not hold what its manifest says, the two are one and the same model, or one of them
            answers with other labels than the data's.

    """
    contenders = read_manifest(folder, Contenders)
    rivals = [_read_rival(folder, "challenger", contenders.challenger)]
    if contenders.champion:
        rivals.append(_read_rival(folder, "champion", contenders.champion))
    refuse_if_any([*_one_model_twice(rivals), *_faults_of_each(rivals, dataset)])
    return contenders, rivals


def _read_rival(folder: Path, role: Role, contender: Contender) -> Rival:
    candidate = folder / role / Contenders.CANDIDATE
    return Rival(role, contender, candidate, read_candidate(candidate), folder / role / Reference.TRAINING_TEXTS)


def _one_model_twice(rivals: list[Rival]) -> Iterator[Fault]:
    if len({sha256_of(rival.folder / Candidate.FILE) for rival in rivals}) < len(rivals):
        found, way_out = "the same model as the champion", "There is nothing to decide: a model is as good as itself."
        yield Fault(str(rivals[0]), found, "another one", way_out)


def _faults_of_each(rivals: list[Rival], dataset: Dataset) -> Iterator[Fault]:
    for rival in rivals:
        found, expected = sha256_of(rival.folder / Candidate.FILE), rival.contender.candidate_sha256
        if found != expected:
            way_out = "Fetch the contenders again."
            yield Fault(f"the model of {rival}", f"sha256 {found[:12]}", f"sha256 {expected[:12]}", way_out)
        differing = differing_labels(rival.candidate, dataset)
        if differing:
            way_out = "Compare on data with its labels, or register what has other ones under another name."
            yield Fault(f"the labels of {rival}", differing, "the same labels in both", way_out)
