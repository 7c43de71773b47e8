"""Versions that attempts left behind, and what is undone."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from components.contracts.process import identity
from components.contracts.registration import CANDIDATE, UNFINISHED
from components.registration import registry as room
from components.registration.challengers import Reason
from components.registration.lineage import PIPELINE_RUN
from components.registration.place import Place
from components.registration.registry import (
    Entry,
    clear_leftovers,
    find_version,
    finish_version,
    make_model,
    make_version,
    undone_on_failure,
)
from tests.components.registration.workshop import registry

HOST = socket.gethostname()
REASON = Reason("It is the fastest.", "c" * 64, "e" * 64, "run")


@pytest.fixture
def place(client: MlflowClient) -> Place:
    return Place(client, "sentiment", "challenger")


@pytest.fixture
def entry(client: MlflowClient) -> Entry:
    run_id = client.create_run("0").info.run_id
    model_id = client.create_logged_model("0", source_run_id=run_id).model_id
    return Entry(model_id, run_id, {CANDIDATE: "c" * 64, PIPELINE_RUN: "parent"}, "described")


@pytest.fixture
def dead_process() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def leave(place: Place, entry: Entry, mark: str) -> str:
    """Leave an unfinished version behind that says who was at work on it."""
    make_model(place, "", ExitStack())
    version = make_version(place, entry, ExitStack())
    place.client.set_model_version_tag(place.name, version.version, UNFINISHED, mark)
    return str(version.version)


def test_a_new_version_says_who_is_at_work_until_it_is_finished(place: Place, entry: Entry) -> None:
    with ExitStack() as undo:
        make_model(place, "Says what is what.", undo)
        version = make_version(place, entry, undo)
        assert registry(place.client) == {"sentiment": ({1: identity(os.getpid())}, {})}
        finish_version(place, version, REASON)
        undo.pop_all()
    assert registry(place.client) == {"sentiment": ({1: ""}, {"challenger": 1})}
    found = find_version(place, entry.tags)
    assert found
    assert found.version == version.version
    assert find_version(place, {**entry.tags, PIPELINE_RUN: "another"}) is None


def test_what_a_dead_process_left_is_deleted(place: Place, entry: Entry, dead_process: int) -> None:
    leave(place, entry, f"{HOST}:{dead_process}")
    clear_leftovers(place)
    assert registry(place.client) == {"sentiment": ({}, {})}


@pytest.mark.parametrize(
    "mark",
    [identity(1), identity(os.getpid()), "another-machine:1", "edited by hand"],
    ids=["init", "this process", "another machine", "edited by hand"],
)
def test_what_may_be_in_work_is_left_alone(mark: str, place: Place, entry: Entry) -> None:
    leave(place, entry, mark)
    clear_leftovers(place)
    assert registry(place.client) == {"sentiment": ({1: mark}, {})}


def test_a_process_of_another_user_counts_as_at_work(
    place: Place, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    leave(place, entry, identity(1))
    monkeypatch.setattr(os, "kill", forbidden)
    clear_leftovers(place)
    assert registry(place.client) == {"sentiment": ({1: identity(1)}, {})}


def test_after_a_quarter_of_an_hour_nobody_is_at_work(
    place: Place, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(place, entry, "another-machine:1")
    later = time.time() + 901
    monkeypatch.setattr(room.time, "time", lambda: later)
    clear_leftovers(place)
    assert registry(place.client) == {"sentiment": ({}, {})}


@pytest.mark.slow
def test_a_version_that_the_alias_has_moved_to_is_kept(place: Place, entry: Entry, dead_process: int) -> None:
    version = leave(place, entry, f"{HOST}:{dead_process}")
    place.client.set_registered_model_alias(place.name, place.alias, version)
    clear_leftovers(place)
    assert registry(place.client) == {"sentiment": ({1: ""}, {"challenger": 1})}


def break_off_after(work: Callable[[ExitStack], None]) -> None:
    """Interrupt a registration after `work`."""

    def interrupted() -> None:
        with undone_on_failure() as undo:
            work(undo)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_undoing_brings_the_alias_back(place: Place, entry: Entry, client: MlflowClient) -> None:
    make_model(place, "", ExitStack())
    finish_version(place, make_version(place, entry, ExitStack()), REASON)
    run_id = client.create_run("0").info.run_id
    other = replace(entry, run_id=run_id, model_id=client.create_logged_model("0", source_run_id=run_id).model_id)

    def work(undo: ExitStack) -> None:
        make_model(place, "", undo)
        finish_version(place, make_version(place, other, undo), REASON)
        assert place.aliases() == {"challenger": "2"}

    break_off_after(work)
    assert registry(client) == {"sentiment": ({1: ""}, {"challenger": 1})}


def test_undoing_leaves_an_alias_that_somebody_else_moved(place: Place, entry: Entry, client: MlflowClient) -> None:
    make_model(place, "", ExitStack())
    finish_version(place, make_version(place, entry, ExitStack()), REASON)
    made = [client.create_run("0").info.run_id for _ in range(2)]
    entries = [
        replace(entry, run_id=run_id, model_id=client.create_logged_model("0", source_run_id=run_id).model_id)
        for run_id in made
    ]

    def work(undo: ExitStack) -> None:
        make_version(place, entries[0], undo)
        finish_version(place, make_version(place, entries[1], ExitStack()), REASON)

    break_off_after(work)
    assert registry(client) == {"sentiment": ({1: "", 3: ""}, {"challenger": 3})}


def test_a_model_that_another_has_filled_is_not_undone(place: Place, entry: Entry, client: MlflowClient) -> None:
    def work(undo: ExitStack) -> None:
        make_model(place, "", undo)
        finish_version(place, make_version(place, entry, ExitStack()), REASON)

    break_off_after(work)
    assert registry(client) == {"sentiment": ({1: ""}, {"challenger": 1})}


def test_a_name_that_mlflow_refuses_is_an_error(client: MlflowClient) -> None:
    with pytest.raises(MlflowException, match="Invalid model name"), undone_on_failure() as undo:
        make_model(Place(client, "a/b", "challenger"), "", undo)


def test_no_model_has_no_aliases(place: Place) -> None:
    assert place.aliases() == {}


def test_a_lost_database_is_an_error(tmp_path: Path, entry: Entry) -> None:
    with pytest.raises(MlflowException):
        Place(MlflowClient("http://127.0.0.1:9"), "sentiment", "challenger").aliases()
