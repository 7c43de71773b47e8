"""The model contracts: a folder that transformers loads, with safetensors weights, and what it came from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from components.contracts.folders import check_files, read_manifest


@dataclass(frozen=True)
class BaseModel:
    """A pretrained model as it was found, checked and brought here."""

    FILE: ClassVar[str] = "base_model.json"

    source: str
    """The source as it was configured: a hub name, a path, `s3://…`, `models:/…`, `package://…`."""
    revision: str
    """The hub's commit, the registry's version or the content's hash; what `source` meant on that day."""
    sha256: str
    """Of the listing of `files`: the model's identity."""
    files: dict[str, str]
    """The SHA-256 of each file, keyed by relative path."""
    architecture: str
    """The `model_type` of config.json, such as `bert`."""
    parameters: int
    """How many numbers the safetensors files hold."""
    max_positions: int
    """The longest sequence that it can read, in tokens."""


@dataclass(frozen=True)
class TunedModel:
    """A fine-tuned model."""

    FILE: ClassVar[str] = "tuned_model.json"
    FOLDER: ClassVar[str] = "tuned"
    """Its place among the artifacts of the run that registered a version made from it."""

    task: Literal["text-classification"]
    labels: list[str]
    """The label of each output, in order."""
    max_tokens: int
    """Texts are cut to this many tokens, special tokens included."""
    pad_id: int
    """The token id that fills a batch up to its longest text."""
    files: dict[str, str]
    """The SHA-256 of each file, keyed by relative path."""
    base_source: str
    base_revision: str
    base_sha256: str
    dataset_sha256: str
    """The `content_sha256` of the data set that it was trained on."""
    seed: int
    precision: Literal["fp32", "bf16"]
    """The arithmetic of the training's matrix products."""
    steps: int
    """Optimizer steps until the restored checkpoint."""
    training_seconds: float
    """Wall time of the training loop, evaluation included, summed over resumed attempts."""
    samples_per_second: float
    """Training samples per second of the loop, evaluation left out."""
    validation: dict[str, float]
    """The metrics of the restored checkpoint on the validation split."""
    course: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """How training went, as (optimizer step, value): `loss`, averaged over spans of steps, and `validation_…`."""
    made_with: dict[str, str] = field(default_factory=dict)
    """What its bytes depend on besides its inputs: `processor`, `device`, `threads`, and the libraries' versions."""


M = TypeVar("M", BaseModel, TunedModel)


def read_model(folder: Path, contract: type[M]) -> M:
    """Return the manifest of the model in `folder`, once its files are the promised bytes.

    Raises:
        BadInput: no such model is there, or a file is missing or changed.

    """
    model = read_manifest(folder, contract)
    check_files(folder, model.files)
    return model
