"""What fine-tuning is given, checked before any weight is loaded."""

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from components.contracts.dataset import Dataset, Split, read_dataset
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.folders import read_manifest
from components.contracts.model import BaseModel, read_model
from components.contracts.validation import Validation
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.tokenization import load_tokenizer


@dataclass(frozen=True)
class Inputs:
    """What was promised, read and found to belong together."""

    dataset_folder: Path
    dataset: Dataset
    base_folder: Path
    base: BaseModel
    tokenizer: Tokenizer


def read_inputs(dataset: Path, base: Path, validation: Path, settings: FineTuningSettings) -> Inputs:
    """Return the three inputs' contents, checked against their promises and against each other.

    Raises:
        BadInput: everything that does not fit.

    """
    promised = read_dataset(dataset)
    model = read_model(base, BaseModel)
    validated = read_manifest(validation, Validation)
    refuse_if_any(_misfits(promised, model, validated, validation, settings))
    return Inputs(dataset, promised, base, model, load_tokenizer(base, settings.max_tokens))


def _misfits(
    dataset: Dataset, base: BaseModel, validated: Validation, validation: Path, settings: FineTuningSettings
) -> list[Fault]:
    faults = []
    if validated.dataset_sha256 != dataset.content_sha256:
        found = f"the validation of another data set, {validated.dataset_sha256[:12]}"
        way_out = "Validate this data set, then train on it."
        faults.append(Fault(str(validation), found, f"that of {dataset.content_sha256[:12]}", way_out))
    if settings.max_tokens > base.max_positions:
        expected = f"at most {base.max_positions}, the longest text that {base.source} reads"
        faults.append(Fault("fine_tuning.max_tokens", str(settings.max_tokens), expected, "Lower it."))
    needed: tuple[Split, ...] = ("train", "validation")
    for split in needed:
        if not dataset.splits[split].rows:
            way_out = "Raise data_ingestion's share of it, or bring more rows."
            faults.append(Fault(f"the {split} split", "no rows", "at least one", way_out))
    return faults
