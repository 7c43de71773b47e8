"""Processes that share a training come to what one alone comes to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from mlflow import MlflowClient
from safetensors.torch import load_file

from components.contracts.model import TunedModel, read_model
from components.contracts.tracking import StepRun
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.processes import all_there
from tests.components.fine_tuning.conftest import QUICK
from tests.manifests.built import deployment, pods
from tests.processes import start

pytestmark = pytest.mark.slow
_PATIENCE_SECONDS = 120
STILL = replace(QUICK, epochs=1, dropout=0.0)
"""Without dropout there is nothing that each process draws for itself."""


def train(folders: tuple[Path, Path, Path], settings: FineTuningSettings, output: Path) -> None:
    from components.fine_tuning.tune import tune

    tune(*folders, settings, output, output.with_suffix(".html"), StepRun())


def train_together(
    number: int, folders: tuple[Path, Path, Path], settings: FineTuningSettings, output: Path, checkpoints: list[Path]
) -> list[Any]:
    """Start processes as torchrun would, with `checkpoints` a process."""
    port = str(free_port())
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(number), "CUDA_VISIBLE_DEVICES": ""}
    return [
        start(
            train,
            folders,
            settings,
            output,
            stderr=output.with_suffix(f".{rank}.log"),
            RANK=str(rank),
            LOCAL_RANK=str(rank),
            LOCAL_WORLD_SIZE=str(number),
            BESSEMER_CHECKPOINTS=str(checkpoints[rank % len(checkpoints)]),
            **common,
        )
        for rank in range(number)
    ]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(processes: list[Any]) -> list[int]:
    for process in processes:
        process.join(_PATIENCE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
    return [process.exitcode for process in processes]


@pytest.fixture(scope="session")
def folders(dataset_folder: Path, base_folder: Path, validation_folder: Path) -> tuple[Path, Path, Path]:
    return dataset_folder, base_folder, validation_folder


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded: dict[str, torch.Tensor] = load_file(folder / "model.safetensors")
    return loaded


@pytest.mark.parametrize("number", [2, 3])
def test_several_come_to_the_weights_of_one(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path, number: int
) -> None:
    train(folders, STILL, tmp_path / "alone")
    assert wait_for(train_together(number, folders, STILL, tmp_path / "shared", [checkpoints])) == [0] * number
    alone, shared = weights(tmp_path / "alone"), weights(tmp_path / "shared")
    for name, weight in alone.items():
        if not name.endswith("key.bias"):  # its gradient is zero but for rounding, which AdamW makes much of
            torch.testing.assert_close(shared[name], weight, rtol=1e-3, atol=1e-4)
    one, all_of_them = (read_model(tmp_path / name, TunedModel) for name in ("alone", "shared"))
    assert all_of_them.steps == one.steps
    assert all_of_them.made_with["processes"] == str(number)
    assert all_of_them.validation["accuracy"] == pytest.approx(one.validation["accuracy"], abs=0.02)
    assert list(checkpoints.iterdir()) == []


def test_batches_of_fewer_rows_than_processes(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path
) -> None:
    settings = replace(STILL, tokens_per_batch=48, max_tokens=48)
    train(folders, settings, tmp_path / "alone")
    assert wait_for(train_together(2, folders, settings, tmp_path / "shared", [checkpoints])) == [0, 0]
    alone, shared = weights(tmp_path / "alone"), weights(tmp_path / "shared")
    for name, weight in alone.items():
        if not name.endswith("key.bias"):
            torch.testing.assert_close(shared[name], weight, rtol=1e-2, atol=1e-3)


def wait_until_there(pattern: str, folder: Path) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while not list(folder.glob(pattern)) and time.monotonic() < give_up_at:
        time.sleep(0.01)


def test_asked_to_end_all_end_after_the_same_step_and_go_on_from_there(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path
) -> None:
    settings = replace(QUICK, epochs=3, checkpoint_seconds=0)
    whole = train_together(2, folders, settings, tmp_path / "whole", [tmp_path / "other"])
    assert wait_for(whole) == [0, 0]
    processes = train_together(2, folders, settings, tmp_path / "shared", [checkpoints])
    wait_until_there("*/state.pt", checkpoints)
    os.kill(processes[1].pid, signal.SIGTERM)
    assert wait_for(processes) == [1, 1]
    assert all("KeyboardInterrupt" in (tmp_path / f"shared.{rank}.log").read_text() for rank in (0, 1))
    assert not (tmp_path / "shared").exists()
    (kept,) = checkpoints.glob("*/state.pt")
    assert torch.load(kept, weights_only=True)["place"]["step"] > 0
    assert wait_for(train_together(2, folders, settings, tmp_path / "shared", [checkpoints])) == [0, 0]
    assert read_model(tmp_path / "shared", TunedModel).files == read_model(tmp_path / "whole", TunedModel).files


@pytest.mark.parametrize("killed", [0, 1])
def test_where_one_is_killed_the_other_says_so(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path, killed: int
) -> None:
    settings = replace(QUICK, epochs=500, checkpoint_seconds=0.1)
    processes = train_together(2, folders, settings, tmp_path / "shared", [checkpoints])
    wait_until_there("*/state.pt", checkpoints)
    os.kill(processes[killed].pid, signal.SIGKILL)
    wait_for(processes)
    other = (tmp_path / f"shared.{1 - killed}.log").read_text()
    assert "Unavailable: another process of this training: found" in other
    assert not (tmp_path / "shared").exists()


def test_processes_that_see_other_checkpoints_do_not_begin(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path
) -> None:
    settings = replace(QUICK, epochs=500, checkpoint_seconds=0.1)
    alone = start(train, folders, settings, tmp_path / "shared", BESSEMER_CHECKPOINTS=str(checkpoints))
    wait_until_there("*/state.pt", checkpoints)
    os.kill(alone.pid, signal.SIGTERM)
    alone.join()
    places = [checkpoints, tmp_path / "elsewhere"]
    assert wait_for(train_together(2, folders, settings, tmp_path / "shared", places)) == [1, 1]
    assert "expected one checkpoint for all processes" in (tmp_path / "shared.0.log").read_text()


def test_the_command_of_the_training_runtime_on_two_nodes(
    folders: tuple[Path, Path, Path], tmp_path: Path, checkpoints: Path
) -> None:
    for name, folder in zip(("dataset", "base", "validation"), folders, strict=True):
        (tmp_path / name).symlink_to(folder)
    (tmp_path / "settings.json").write_text(json.dumps(asdict(STILL)))
    (pod,) = (pod for pod in pods(deployment("kind")) if pod.of == "TrainingRuntime fine-tuning")
    torchrun, *arguments = (part.replace("/workspace", str(tmp_path)) for part in pod.spec["containers"][0]["command"])
    command = [str(Path(sys.executable).with_name(torchrun)), *arguments]
    database = f"sqlite:///{tmp_path / 'mlflow.db'}"
    nodes = {"PET_NNODES": "2", "PET_MASTER_ADDR": "127.0.0.1", "PET_MASTER_PORT": str(free_port())}
    environment = {**os.environ, **nodes, "MLFLOW_TRACKING_URI": database}
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**environment, "PET_NODE_RANK": str(rank)})
        for rank in range(2)
    ]
    try:
        said = [node.communicate(timeout=_PATIENCE_SECONDS)[0] for node in started]
    finally:
        for node in started:
            node.kill()
    assert [node.returncode for node in started] == [0, 0]
    assert "".join(said).count('"accuracy"') == 1
    assert read_model(tmp_path / "tuned", TunedModel).made_with["processes"] == "2"
    client = MlflowClient(database)
    runs = client.search_runs([experiment.experiment_id for experiment in client.search_experiments()])
    assert [run.info.status for run in runs] == ["FINISHED"]


def test_what_is_no_matter_of_processes_goes_through() -> None:
    with pytest.raises(RuntimeError, match="shapes"), all_there():
        raise RuntimeError("shapes do not fit")
