"""Events: whole lines in a file that somebody watches, and nothing where nobody does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from components.contracts.events import EVENTS, Progress, tell


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(EVENTS, str(tmp_path / "events.jsonl"))
    return tmp_path / "events.jsonl"


def told(events: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in events.read_text().splitlines()] if events.exists() else []


def test_nobody_watches_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EVENTS, raising=False)
    monkeypatch.chdir(tmp_path)
    tell("started", room="evaluation")
    Progress("rows", 10).advance(10)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_told_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS, str(tmp_path))  # a folder, which nobody can write into as a file
    tell("started", room="evaluation")


def test_an_event_is_a_line(events: Path) -> None:
    tell("started", room="evaluation", where=Path("a\nb"))
    tell("finished", room="evaluation")
    first, second = told(events)
    assert (first["event"], first["room"], first["where"]) == ("started", "evaluation", "a\nb")
    assert second["time"] >= first["time"]


def test_progress_is_told_at_first_now_and_then_and_at_last(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 10.1, 10.15, 10.3, 10.31])
    monkeypatch.setattr("components.contracts.events.time.monotonic", lambda: next(clock))
    progress = Progress("rows", 50)
    for _ in range(5):
        progress.advance(10, "going on")
    assert [(event["done"], event["total"], event["note"]) for event in told(events)] == [
        (10, 50, "going on"),
        (40, 50, "going on"),
        (50, 50, "going on"),
    ]


def test_processes_side_by_side_never_mix_their_lines(events: Path) -> None:
    script = "from components.contracts.events import tell\nfor n in range(300): tell('e', n=n, filling='x' * 500)"
    processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert sorted(event["n"] for event in told(events)) == sorted([*range(300)] * 3)
