"""A training that is killed at any moment comes to the same weights, bit for bit."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from components.contracts.model import TunedModel, read_model
from components.contracts.tracking import StepRun
from components.fine_tuning.config import FineTuningSettings
from tests.components.fine_tuning.conftest import QUICK
from tests.processes import FORKED

SETTINGS = replace(QUICK, epochs=3, checkpoint_seconds=0)
_PATIENCE_SECONDS = 120


def train(folders: tuple[Path, Path, Path], settings: FineTuningSettings, output: Path, checkpoints: Path) -> None:
    """What the child process does."""
    os.environ["BESSEMER_CHECKPOINTS"] = str(checkpoints)
    from components.fine_tuning.tune import tune

    tune(*folders, settings, output, output.with_suffix(".html"), StepRun())


@pytest.fixture(scope="session")
def folders(dataset_folder: Path, base_folder: Path, validation_folder: Path) -> tuple[Path, Path, Path]:
    return dataset_folder, base_folder, validation_folder


def step_of(checkpoints: Path) -> int:
    found = list(checkpoints.glob("*/state.pt"))
    return torch.load(found[0], weights_only=True)["place"]["step"] if found else 0


def kill_after_a_while(child: multiprocessing.Process, checkpoints: Path, wait: float) -> bool:
    """Kill the child some time after its first checkpoint; return whether it was still running."""
    stamps = {path: path.stat().st_mtime_ns for path in checkpoints.glob("*/state.pt")}
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while child.is_alive() and time.monotonic() < give_up_at:
        if any(path.stat().st_mtime_ns != stamps.get(path) for path in checkpoints.glob("*/state.pt")):
            break
        time.sleep(0.005)
    time.sleep(wait)
    alive = child.is_alive()
    if alive:
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return alive


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["auto", "fp32"])
def test_killed_again_and_again_it_comes_to_the_same_weights(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path, precision: str
) -> None:
    settings = replace(SETTINGS, precision=precision)
    undisturbed = FORKED.Process(target=train, args=(folders, settings, tmp_path / "whole", tmp_path / "other"))
    undisturbed.start()
    undisturbed.join()
    dice = random.Random(precision)
    reached = [0]
    for _ in range(4):
        child = FORKED.Process(target=train, args=(folders, settings, tmp_path / "tuned", checkpoints))
        child.start()
        if not kill_after_a_while(child, checkpoints, dice.uniform(0, 0.25)):
            break
        reached.append(step_of(checkpoints))
        assert not (tmp_path / "tuned").exists()
    last = FORKED.Process(target=train, args=(folders, settings, tmp_path / "tuned", checkpoints))
    last.start()
    last.join()
    assert last.exitcode == undisturbed.exitcode == 0
    assert reached == sorted(reached)
    assert reached[-1] > reached[1] > 0
    whole, resumed = (read_model(tmp_path / name, TunedModel) for name in ("whole", "tuned"))
    assert resumed.files == whole.files
    assert resumed.validation == whole.validation
    assert resumed.steps == whole.steps
    assert list(checkpoints.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_keeps_a_checkpoint_and_shows_no_traceback(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(asdict(replace(QUICK, epochs=500, checkpoint_seconds=0.2))))
    command = [sys.executable, "-m", "components.fine_tuning", *folders, tmp_path / "tuned", "--settings", settings]
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while not list(checkpoints.glob("*/state.pt")) and child.poll() is None and time.monotonic() < give_up_at:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=_PATIENCE_SECONDS)
    assert (child.returncode, out, err) == (130, "", "")
    assert step_of(checkpoints) > 0
    assert not (tmp_path / "tuned").exists()
    assert not list(checkpoints.glob("*/*.partial"))
