"""What a recipe is given, and what it gives back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from components.compression.config import CompressionSettings
from components.contracts.candidate import Parity
from components.contracts.model import TunedModel


@dataclass(frozen=True)
class Job:
    """One candidate to be made."""

    tuned_folder: Path
    tuned: TunedModel
    dataset_folder: Path
    settings: CompressionSettings
    folder: Path
    """Where the recipe writes `model.onnx`, when it writes one."""


@dataclass(frozen=True)
class Made:
    """What a recipe made; the fields become those of the candidate contract."""

    runtime: Literal["torch", "onnxruntime"]
    applied: str
    attempts: list[str] = field(default_factory=list)
    operators: dict[str, int] = field(default_factory=dict)
    parity: Parity | None = None
    calibration_drop: float = 0.0
