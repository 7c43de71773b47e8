"""A registry with four versions, before and after three of them have reigned."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.tracking import StepRun
from tests.components.promotion.gate import Gate, promoted, register
from tests.mlflow_here import client, empty_database, server, tracking  # noqa: F401 - fixtures


@pytest.fixture
def gate(client: MlflowClient, tmp_path: Path) -> Gate:  # noqa: F811
    """Return a gate over a registry in which nobody reigns yet."""
    return Gate(client, tmp_path, register(client, tmp_path, 4))


@pytest.fixture
def run(client: MlflowClient) -> StepRun:  # noqa: F811
    """Return the run of a promotion step."""
    run_id = client.create_run("0").info.run_id
    return StepRun(client, run_id, run_id, "0")


@pytest.fixture(scope="session")
def reigned(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """Return a gate after versions 1, 2 and 3 became champion, one after the other; made once and only copied."""
    folder = tmp_path_factory.mktemp("reigned")
    shutil.copy(empty_database(), folder / "mlflow.db")
    own = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    gate = Gate(own, folder, register(own, folder, 4))
    for version in (1, 2, 3):
        promoted(gate, version)
    return gate


@pytest.fixture(scope="session")
def asked(reigned: Gate, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """Return a gate that version 4 has passed too, and where it waits for a person; made once and only copied."""
    folder = tmp_path_factory.mktemp("asked")
    gate = copied(reigned, folder, folder / "mlflow.db")
    assert promoted(gate, 4, "approve").outcome == "waiting"
    return gate


@pytest.fixture
def waiting(asked: Gate, tmp_path: Path, tracking: str) -> Gate:  # noqa: F811
    """Return a copy of `asked`, files and all, which the environment names."""
    return copied(asked, tmp_path, tmp_path / "mlflow.db")


@pytest.fixture
def three_reigns(reigned: Gate, tmp_path: Path, tracking: str) -> Gate:  # noqa: F811
    """Return a copy of `reigned`, files and all, which the environment names."""
    return copied(reigned, tmp_path, tmp_path / "mlflow.db")


def copied(gate: Gate, folder: Path, database: Path) -> Gate:
    """Return a copy of a gate's registry with files of its own."""
    shutil.copy(gate.folder / "mlflow.db", database)
    for model in gate.folder.glob("model-*"):
        shutil.copytree(model, folder / model.name)
    with sqlite3.connect(database) as connection:
        for column in ("source", "storage_location"):
            moved = (f"{gate.folder}/", f"{folder}/")
            connection.execute(f"UPDATE model_versions SET {column} = replace({column}, ?, ?)", moved)
    connection.close()
    return Gate(MlflowClient(f"sqlite:///{database}"), folder, list(gate.hashes))
