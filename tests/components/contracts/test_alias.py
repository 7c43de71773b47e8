"""An alias goes where it is told to, also when another set it a moment before."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from components.contracts.alias import move_alias


@pytest.fixture
def named(client: MlflowClient, tmp_path: Path) -> MlflowClient:
    """Return a client of a registry in which two versions stand under one name."""
    client.create_registered_model("sentiment")
    for _ in range(2):
        client.create_model_version("sentiment", str(tmp_path))
    return client


@pytest.fixture
def another_first(tmp_path: Path) -> Iterator[None]:
    """Let somebody else set the alias between MLflow's look and its own insert."""

    def set_it(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO registered_model_aliases"):
            sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", set_it)
            row = {"workspace": "default", "name": "sentiment", "alias": "champion", "version": 1}
            with sqlite3.connect(tmp_path / "mlflow.db", timeout=30) as database:
                columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
                database.execute(f"INSERT INTO registered_model_aliases ({columns}) VALUES ({values})", row)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", set_it)
    yield
    assert not sqlalchemy.event.contains(sqlalchemy.Engine, "before_cursor_execute", set_it)


@pytest.mark.parametrize("moves", [[1], [2, 1], [1, 1]])
def test_the_alias_points_to_the_last_version_named(moves: list[int], named: MlflowClient) -> None:
    for version in moves:
        move_alias(named, "sentiment", "champion", str(version))
    assert named.get_registered_model("sentiment").aliases == {"champion": moves[-1]}


@pytest.mark.usefixtures("another_first")
def test_an_alias_that_another_set_in_the_same_moment_is_moved(named: MlflowClient) -> None:
    move_alias(named, "sentiment", "champion", "2")
    assert named.get_registered_model("sentiment").aliases == {"champion": 2}


def test_what_the_server_refuses_is_refused(named: MlflowClient) -> None:
    with pytest.raises(MlflowException, match="version=3"):
        move_alias(named, "sentiment", "champion", "3")
    assert named.get_registered_model("sentiment").aliases == {}
