"""The moves of the challenger's alias: each an entry, and the later entry has the last word."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.journal import Journal
from components.registration.challengers import Reason, challenge, withdraw
from components.registration.place import Place

NAME = "sentiment"


def because(run: str) -> Reason:
    return Reason("It is the fastest.", "c" * 64, "e" * 64, run)


@pytest.fixture
def place(client: MlflowClient, tmp_path: Path) -> Place:
    client.create_registered_model(NAME)
    for _ in range(3):
        client.create_model_version(NAME, str(tmp_path))
    return Place(client, NAME, "challenger")


def moves(place: Place) -> list[tuple[int | None, int | None]]:
    """Return where each entry says that the alias was and is."""
    entries = Journal(place.client, "challengers", NAME).entries()
    return [(entry.values["from"], entry.values["to"]) for entry in entries]


class Meanwhile:
    """A client in whose first move of an alias something else happens first."""

    def __init__(self, client: MlflowClient, happens: Callable[[], object]) -> None:
        self.client = client
        self.happens = [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def set_registered_model_alias(self, *arguments: str) -> None:
        if self.happens:
            self.happens.pop()()
        self.client.set_registered_model_alias(*arguments)


def test_each_challenger_is_an_entry_that_says_why(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    monkeypatch.setenv("BESSEMER_RUN_ID", "monday")
    challenge(place, 1, because("first"))
    challenge(place, 2, because("second"))
    assert place.at() == 2
    assert moves(place) == [(None, 1), (1, 2)]
    entry = Journal(place.client, "challengers", NAME).entries()[-1]
    assert entry.values == {
        "alias": "challenger",
        "from": 1,
        "to": 2,
        "why": "It is the fastest.",
        "candidate": "c" * 64,
        "evidence": "e" * 64,
        "tracked": "second",
        "who": "ann",
        "run": "monday",
    }


def test_what_a_killed_attempt_noted_is_not_noted_again(place: Place) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    dying = Place(Meanwhile(place.client, die), NAME, "challenger")  # type: ignore[arg-type]
    with pytest.raises(Killed):
        challenge(dying, 1, because("first"))
    assert (place.at(), moves(place)) == (None, [(None, 1)])
    challenge(place, 1, because("first"))
    assert (place.at(), moves(place)) == (1, [(None, 1)])


def test_a_number_that_was_another_versions_before_is_noted_again(place: Place) -> None:
    challenge(place, 1, because("first"))
    place.client.delete_registered_model_alias(NAME, "challenger")
    challenge(place, 1, because("second"))
    assert moves(place) == [(None, 1), (None, 1)]


def test_of_two_at_once_the_later_entry_has_the_last_word(place: Place) -> None:
    other = Place(Meanwhile(place.client, lambda: challenge(place, 2, because("second"))), NAME, "challenger")  # type: ignore[arg-type]
    challenge(other, 1, because("first"))
    assert (place.at(), moves(place)) == (2, [(None, 1), (None, 2)])


def test_a_later_one_that_is_taken_back_just_now_breaks_nothing(place: Place) -> None:
    def comes_and_goes() -> None:
        challenge(place, 2, because("second"))
        place.client.delete_model_version(NAME, "2")

    other = Place(Meanwhile(place.client, comes_and_goes), NAME, "challenger")  # type: ignore[arg-type]
    challenge(other, 1, because("first"))
    withdraw(place, 2, "Its registration was broken off.")
    assert (place.at(), moves(place)) == (1, [(None, 1), (None, 2), (2, 1)])


def test_what_is_taken_back_is_noted_where_it_had_moved_the_alias(place: Place) -> None:
    challenge(place, 1, because("first"))
    withdraw(place, 2, "Its registration was broken off.")
    assert moves(place) == [(None, 1)]
    challenge(place, 2, because("second"))
    place.client.set_registered_model_alias(NAME, "challenger", "1")
    withdraw(place, 2, "Its registration was broken off.")
    assert moves(place) == [(None, 1), (1, 2), (2, 1)]


def test_another_alias_has_moves_of_its_own(place: Place) -> None:
    challenge(place, 1, because("first"))
    challenge(Place(place.client, NAME, "nightly"), 2, because("second"))
    assert place.client.get_registered_model(NAME).aliases == {"challenger": 1, "nightly": 2}
    assert moves(place) == [(None, 1), (None, 2)]
