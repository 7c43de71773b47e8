"""A database that is copied instead of made."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import Unwritable
from pipelines.empty_database import begin_database, empty_database


def test_a_copy_is_a_database_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clients = []
    for name in ("one", "two"):
        begin_database(tmp_path / name)
        clients.append(MlflowClient(f"sqlite:///{tmp_path}/{name}"))
    clients[0].create_experiment("here")
    assert [[found.name for found in client.search_experiments()] for client in clients] == [
        ["here", "Default"],
        ["Default"],
    ]
    assert clients[1].get_experiment("0").artifact_location == str(tmp_path / "mlruns" / "0")


def test_what_is_there_stays(tmp_path: Path) -> None:
    place = tmp_path / "mlflow.db"
    place.write_text("mine")
    begin_database(place)
    assert place.read_text() == "mine"


def test_of_several_that_begin_at_once_one_does(tmp_path: Path) -> None:
    place = tmp_path / "mlflow.db"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin_database, [place] * 8))
    assert place.read_bytes() == empty_database().read_bytes()
    assert list(tmp_path.iterdir()) == [place]


def test_where_none_can_be_kept_mlflow_is_left_to_make_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "gone"))
    begin_database(tmp_path / "mlflow.db")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match=r"mlflow\.db"):
        begin_database(tmp_path / "file" / "mlflow.db")
