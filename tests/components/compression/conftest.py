"""Tuned models that are awkward for compression: other architectures, and weights that int8 cannot tell apart."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from components.compression.config import CompressionSettings
from components.compression.job import Job
from components.contracts.folders import sha256_of_files, write_manifest
from components.contracts.model import TunedModel, read_model
from tests.conftest import labelled_texts, write_dataset

Weights = dict[str, torch.Tensor]


def rewrite(tuned: Path, folder: Path, change: Callable[[Weights], None]) -> Path:
    """Copy a tuned model and change its weights; its manifest is true again afterwards."""
    manifest = read_model(tuned, TunedModel)
    shutil.copytree(tuned, folder)
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / TunedModel.FILE).unlink()
    write_manifest(folder, replace(manifest, files=sha256_of_files(folder)))
    return folder


def drown_words(weights: Weights) -> None:
    """Give a word that no text has a huge embedding: one scale for the whole table leaves all others at zero."""
    weights["bert.embeddings.word_embeddings.weight"][1, :2] = torch.tensor([1e5, -1e5])


def drown_head(weights: Weights) -> None:
    """Let pooler and classifier have huge weights for features that are always zero: one scale leaves no others."""
    _drown_readers(weights, "bert.encoder.layer.1.output.LayerNorm", ["bert.pooler.dense"])
    weights["bert.pooler.dense.weight"][3] = 0
    weights["bert.pooler.dense.bias"][3] = 0
    weights["classifier.weight"][:, 3] = 1e5


def drown_attention(weights: Weights) -> None:
    """Do the same to what both layers' attention projects from."""
    for layer, norm in enumerate(("bert.embeddings.LayerNorm", "bert.encoder.layer.0.output.LayerNorm")):
        projections = [f"bert.encoder.layer.{layer}.attention.self.{name}" for name in ("query", "key", "value")]
        _drown_readers(weights, norm, projections)


def drown_the_rest(weights: Weights) -> None:
    """Do the same to the rest; two products a layer get one huge input, which they ignore, instead."""
    for layer in (0, 1):
        prefix = f"bert.encoder.layer.{layer}"
        _drown_readers(weights, f"{prefix}.attention.output.LayerNorm", [f"{prefix}.intermediate.dense"])
        weights[f"{prefix}.attention.self.value.bias"][5] = 1e5
        weights[f"{prefix}.attention.output.dense.weight"][:, 5] = 0
        weights[f"{prefix}.intermediate.dense.bias"][7] = 1e5
        weights[f"{prefix}.output.dense.weight"][:, 7] = 0


def _drown_readers(weights: Weights, norm: str, readers: list[str]) -> None:
    weights[f"{norm}.gamma"][3] = 0  # BERT-tiny's own names
    weights[f"{norm}.beta"][3] = 0
    for reader in readers:
        weights[f"{reader}.weight"][:, 3] = 1e5


def tuned_of(model: Any, tuned: Path, folder: Path, **changes: Any) -> Path:
    """Write a model of another architecture as a tuned model, with the tokenizer and labels of `tuned`."""
    manifest = read_model(tuned, TunedModel)
    model.eval().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tuned / name, folder / name)
    write_manifest(folder, replace(manifest, files=sha256_of_files(folder), **changes))
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of torch that wait for each other on a busy machine take longer than one alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def well_tuned_folder(tmp_path_factory: pytest.TempPathFactory, tuned_folder: Path) -> Path:
    """`tuned_folder`, trained until it separates its labels."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    pairs = labelled_texts(240, seed=7)
    model = AutoModelForSequenceClassification.from_pretrained(tuned_folder)
    tokenizer = AutoTokenizer.from_pretrained(tuned_folder)
    batch = tokenizer([text for text, _ in pairs], padding=True, return_tensors="pt")
    truth = torch.tensor([["fresh", "rotten"].index(label) for _, label in pairs])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    torch.manual_seed(0)
    model.train()
    for step in range(24):
        rows = slice(step % 4, None, 4)
        model(**{name: tensor[rows] for name, tensor in batch.items()}, labels=truth[rows]).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return tuned_of(model, tuned_folder, tmp_path_factory.mktemp("well") / "tuned")


@pytest.fixture
def job(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> Job:
    """A job on the tiny tuned model, with an empty folder to write to."""
    folder = tmp_path / "job"
    folder.mkdir()
    return Job(tuned_folder, read_model(tuned_folder, TunedModel), dataset_folder, CompressionSettings(), folder)


@pytest.fixture(scope="session")
def many_rows_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set with 300 validation rows."""
    pairs = labelled_texts(320, seed=11)
    rows = {"train": pairs[:10], "validation": pairs[10:310], "test": pairs[310:]}
    return write_dataset(tmp_path_factory.mktemp("many") / "dataset", rows)
