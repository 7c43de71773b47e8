"""The candidate contract: a compressed model, how it was made, and what was checked about it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from components.contracts.folders import check_files, read_manifest

BASELINE = "baseline"
"""The recipe that leaves the tuned model as it is: what every other candidate is measured against."""


@dataclass(frozen=True)
class Parity:
    """The candidate's logits against torch's, over real rows."""

    rows: int
    shapes: list[tuple[int, int]]
    """The (batch, seq) sizes that were compared."""
    max_difference: float
    """The largest absolute difference of two logits."""
    tolerance: float
    """The bound on that difference for an exact export; for a quantized one the points of accuracy it might lose."""


@dataclass(frozen=True)
class Candidate:
    """What a candidate folder holds."""

    FILE: ClassVar[str] = "candidate.json"

    recipe: str
    """The recipe that was asked for."""
    runtime: Literal["torch", "onnxruntime"]
    """What runs it. The `torch` candidate has no files of its own: it is the tuned model, by reference."""
    task: Literal["text-classification"]
    labels: list[str]
    max_tokens: int
    """Texts are cut to this many tokens, special tokens included."""
    pad_id: int
    """The token id that fills a batch up to its longest text."""
    files: dict[str, str]
    """The SHA-256 of each file: `model.onnx` and `tokenizer.json` for onnxruntime, none for torch."""
    tuned_sha256: str
    """Of the tuned model's weights file."""
    applied: str
    """What was done in the end: the recipe's own words, or the fallback that took its place."""
    attempts: list[str] = field(default_factory=list)
    """What was tried before `applied`, with the reason why each was given up."""
    operators: dict[str, int] = field(default_factory=dict)
    """How often each operator stands in the ONNX graph."""
    parity: Parity | None = None
    calibration_drop: float = 0.0
    """Points of accuracy lost against torch on the calibration slice."""
    made_with: dict[str, str] = field(default_factory=dict)
    """What its bytes depend on besides its inputs: `processor`, and the libraries' versions."""


def read_candidate(folder: Path) -> Candidate:
    """Return the manifest of the candidate in `folder`, once its files are the promised bytes.

    Raises:
        BadInput: no candidate is there, or a file is missing or changed.

    """
    candidate = read_manifest(folder, Candidate)
    check_files(folder, candidate.files)
    return candidate
