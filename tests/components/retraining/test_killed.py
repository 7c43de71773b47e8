"""A retraining that is killed before or after any of its writes: the next one goes on, and nothing is lost."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.promotion import GATE
from components.retraining.begin import Asked, begin
from components.retraining.config import RetrainingSettings
from components.retraining.end import end, note_built
from components.retraining.record import journal_of, read_record
from tests.components.retraining.models import DATA, dead_process, judge, register, registration, run_of_pipeline

SETTINGS = RetrainingSettings()
WRITES = ("create_", "delete_", "log_", "set_", "update_")


class Killed(BaseException):
    """The process is no more."""


class Mortal:
    """A client whose process dies at one of its writes."""

    def __init__(self, client: MlflowClient, deadly: int, after: bool) -> None:
        self.client = client
        self.deadly = deadly
        """The write that it dies at, from 1."""
        self.after = after
        """Whether that write is done first."""
        self.writes = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = getattr(self.client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self.writes += name.startswith(WRITES)
            deadly = name.startswith(WRITES) and self.writes == self.deadly
            if deadly and not self.after:
                raise Killed
            answer = operation(*arguments, **options)
            if deadly:
                raise Killed
            return answer

        return call


def retrain(client: Any, real: MlflowClient, name: str, run: str, process: str, folder: Path) -> None:
    """Do what a retraining writes: its begin, a version unless there is one, that it is built, the gate, its end."""
    if not begin(client, Asked(name, DATA), SETTINGS, run_of_pipeline(real, run, process)).begins:
        return
    cached = [str(each.version) for each in real.search_model_versions(f"name = '{name}'")]
    version = cached[0] if cached else register(client, run=run, name=name)
    new, _ = note_built(client, registration(real, folder, version, name), run)
    if new:
        judge(client, version, name)
    end(client, name, run)


def survives(mortal: Any, client: MlflowClient, name: str, dead: str, folder: Path) -> bool:
    """Retrain after a retraining that left nothing but its begin; return whether no write of both was the last."""
    try:
        begin(mortal, Asked(name, DATA), SETTINGS, run_of_pipeline(client, "left", dead))
        retrain(mortal, client, name, "killed", dead, folder)
    except Killed:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_next_retraining_goes_on(client: MlflowClient, tmp_path: Path, after: bool) -> None:
    dead = dead_process()
    for deadly in count(1):
        name = f"model {deadly}"
        if survives(Mortal(client, deadly, after), client, name, dead, tmp_path / name):
            break
        noted = journal_of(client, name).entries()

        retrain(client, client, name, "next", "", tmp_path / f"next {name}")

        record = read_record(journal_of(client, name))
        assert journal_of(client, name).entries()[: len(noted)] == noted
        assert record.under_way == []
        (version,) = client.search_model_versions(f"name = '{name}'")
        assert GATE in version.tags
        ends = [(attempt.run, attempt.end.how) for attempt in record.attempts if attempt.end]
        assert set(ends) <= {("left", "died"), ("killed", "died"), ("killed", "succeeded"), ("next", "succeeded")}
    # the journal's run and its experiment; begun; its end and begun; the model and its version; built; the gate; ended
    assert deadly - 1 == 10
