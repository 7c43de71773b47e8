"""The reference contract: what a registered version was measured on, and which texts it has learned from.

It goes into the registry with the version. Monitoring compares fresh texts with it, and a gate leaves out the rows that
one of its models was trained on.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from components.contracts.faults import BadInput, Fault
from components.contracts.folders import check_files, read_manifest

HELD_OUT_SCHEMA = pa.schema(
    [
        pa.field("text", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("predicted", pa.string(), nullable=False),
        pa.field("confidence", pa.float32(), nullable=False),
    ]
)
"""`held_out.parquet`: a text, its label, the model's answer and the probability of that answer."""

TRAINING_TEXTS_SCHEMA = pa.schema([pa.field("key", pa.binary(8), nullable=False)])
"""`training_texts.parquet`: `text_key` of every text of the training and the validation split, and all keys of the
version that was trained further, if one was; sorted, each once."""


@dataclass(frozen=True)
class Reference:
    """What a reference folder holds, beside the two Parquet files."""

    FILE: ClassVar[str] = "reference.json"
    FOLDER: ClassVar[str] = "reference"
    """Its place among the artifacts of the run that registered the version."""
    HELD_OUT: ClassVar[str] = "held_out.parquet"
    TRAINING_TEXTS: ClassVar[str] = "training_texts.parquet"

    candidate_sha256: str
    """Of the model that gave the answers."""
    dataset_sha256: str
    split: str
    """Which split the held-out rows are of."""
    rows: int
    """How many of them are kept: a seeded sample where the split holds more."""
    labels: list[str]
    max_tokens: int
    files: dict[str, str]
    """The SHA-256 of each Parquet file."""


def check_reference(folder: Path, candidate_sha256: str, thing: str) -> None:
    """Check that a reference from the registry is as it was registered, and that of the model which is meant.

    Raises:
        BadInput: a file of it is missing or was changed, or another model gave the answers.

    """
    reference = read_manifest(folder, Reference)
    check_files(folder, reference.files)
    if reference.candidate_sha256 != candidate_sha256:
        found, expected = f"answers of model {reference.candidate_sha256[:12]}", f"of {candidate_sha256[:12]}"
        way_out = "Its bytes were changed after it was registered: register another one, and ask who may write there."
        raise BadInput(Fault(thing, found, expected, way_out))


def text_key(text: str) -> bytes:
    """Return 8 bytes that are the same for texts that differ in case and white space alone."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).digest()[:8]
