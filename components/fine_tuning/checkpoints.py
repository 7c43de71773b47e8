"""Where a training that was killed goes on: one file, written beside and renamed, read without unpickling."""

import os
import pickle
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from components.contracts.faults import writing
from components.contracts.folders import sha256_of_mapping
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.disk import as_os_errors

CHECKPOINTS = "BESSEMER_CHECKPOINTS"
"""The environment variable that names the folder of all checkpoints: in a cluster, a volume that outlives the pod."""
_FORMAT = 2
"""Raised when a training can no longer go on from what an older version wrote; by hand, no fingerprint tells."""


def checkpoint_file(dataset_sha256: str, base_sha256: str, settings: FineTuningSettings, code: str = "") -> Path:
    """Return the one file that belongs to this training: same data, same model, same settings, same code."""
    parts = {
        "format": _FORMAT,
        "dataset": dataset_sha256,
        "base": base_sha256,
        "settings": asdict(settings),
        "code": code,
    }
    root = Path(os.environ.get(CHECKPOINTS) or ".bessemer/checkpoints")
    return root.absolute() / sha256_of_mapping(parts)[:16] / "state.pt"


def save_checkpoint(file: Path, state: Mapping[str, Any]) -> None:
    """Write `state`, made of tensors and JSON-like values, so that `file` is the old one or the new one, never half.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    partial = file.with_suffix(f".{os.getpid()}.partial")
    with writing(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with as_os_errors(), partial.open("wb") as target:
                torch.save(dict(state), target)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)


def load_checkpoint(file: Path) -> dict[str, Any] | None:
    """Return what was saved last, or nothing where there is none; one that cannot be read is said and left out."""
    try:
        state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        return None
    except (RuntimeError, pickle.UnpicklingError, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        print(f"{file} cannot be read ({reason}): training starts at the beginning.", file=sys.stderr, flush=True)
        return None
    return state


def remove_checkpoint(file: Path) -> None:
    """Remove the checkpoint of a training that has come to its end."""
    shutil.rmtree(file.parent, ignore_errors=True)
