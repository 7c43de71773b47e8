"""Contenders as the registry hands them over: folders with real tiny models, and what each has learned from."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import numpy_helper

from components.contracts.candidate import read_candidate
from components.contracts.contenders import Contender, Contenders
from components.contracts.folders import sha256_of, write_manifest
from components.contracts.reference import TRAINING_TEXTS_SCHEMA, text_key

NOBODY_LEARNED: tuple[Sequence[str], Sequence[str]] = ((), ())


def biased(folder: Path, candidate: Path, bias: Sequence[float]) -> Path:
    """Write a copy of the candidate whose last layer has another bias: it prefers one label."""
    shutil.copytree(candidate, folder)
    model = onnx.load(folder / "model.onnx")
    entry = next(entry for entry in model.graph.initializer if list(entry.dims) == [2])
    entry.CopyFrom(numpy_helper.from_array(np.array(bias, dtype=np.float32), entry.name))
    onnx.save(model, folder / "model.onnx")
    manifest = read_candidate(candidate)
    files = {**manifest.files, "model.onnx": sha256_of(folder / "model.onnx")}
    write_manifest(folder, replace(manifest, files=files, recipe="biased"))
    return folder


def contenders(
    folder: Path,
    challenger: Path,
    champion: Path | None,
    learned: tuple[Sequence[str], Sequence[str]] = NOBODY_LEARNED,
    accuracies: tuple[float, float] = (0.9, 0.9),
) -> Path:
    """Write a contenders contract.

    Args:
        folder: where it goes.
        challenger: a candidate's folder.
        champion: another one's, or none.
        learned: the texts that each has learned from.
        accuracies: what the scorecard of each says.

    """
    entries: dict[str, Contender | None] = {"challenger": None, "champion": None}
    for number, (role, candidate) in enumerate({"challenger": challenger, "champion": champion}.items()):
        if candidate:
            shutil.copytree(candidate, folder / role / Contenders.CANDIDATE)
            keys = pa.table({"key": sorted(set(map(text_key, learned[number])))}, schema=TRAINING_TEXTS_SCHEMA)
            pq.write_table(keys, folder / role / "training_texts.parquet")
            sha256 = sha256_of(candidate / "candidate.json")
            entries[role] = Contender(2 - number, sha256, "run", "0" * 64, accuracies[number])
    assert entries["challenger"]
    write_manifest(folder, Contenders("sentiment", entries["challenger"], entries["champion"], 3, "It answers."))
    return folder
