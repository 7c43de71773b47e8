import io
import json
import time
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.display import display, duration, table
from pipelines.jobs import build_steps
from pipelines.steps import EventReader, Steps


def drawn(steps: Steps) -> list[str]:
    """Return the lines of the table as they stand on a terminal of 100 columns."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    console.print(table(steps))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def event(name: str, room: str = "", detail: str = "", **values: object) -> dict[str, object]:
    return {"event": name, "time": time.time(), "room": room, "detail": detail, **values}


FINISHED = event("finished", "data_ingestion", seconds=62.0, peak_mib=100.0)
FAILED = event("failed", "model_ingestion", faults=["no model"], defect=False, exit_code=65)


def test_each_step_has_a_line_and_long_work_a_bar() -> None:
    steps = Steps(build_steps(["baseline"]))
    for told in (FINISHED, event("started", "fine_tuning")):
        steps.take(told)
    steps.take({"event": "progress", "what": "tokens", "done": 5, "total": 20, "note": "loss 0.41"})
    lines = drawn(steps)
    assert len(lines) == len(steps.all) == 9
    assert lines[0].split() == ["✓", "data", "ingestion", "1", "min", "02", "s"]
    assert lines[1] == "·  model ingestion"
    assert lines[3].startswith("⠋  fine tuning")
    assert "━━━━━━" in lines[3]
    assert lines[3].endswith("25 % loss 0.41")
    assert lines[4] == "·  compression: baseline"


def test_what_failed_was_interrupted_or_did_not_change_is_marked() -> None:
    steps = Steps(build_steps([]))
    steps.take(FAILED)
    steps.take(event("started", "fine_tuning"))
    steps.take(event("interrupted"))
    steps.settle(succeeded=False)
    assert [line[:1] for line in drawn(steps)] == ["·", "✗", "·", "■", "·", "·", "·"]
    unchanged = Steps(build_steps([]))
    unchanged.settle(succeeded=True)
    assert all(line.startswith("=") and line.endswith("unchanged") for line in drawn(unchanged))


@pytest.fixture
def reader(tmp_path: Path) -> EventReader:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(told) + "\n" for told in (FINISHED, FAILED)))
    return EventReader(path)


def test_a_terminal_is_drawn_on_in_place(reader: EventReader) -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with display(Steps(build_steps([])), console) as refresh:
        refresh(reader)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1A" in said  # the cursor goes up, over what was drawn before
    assert said.index("·") < said.index("✓")


def test_elsewhere_each_step_is_said_once_when_it_ends(reader: EventReader) -> None:
    console = Console(file=io.StringIO(), width=100)
    with display(Steps(build_steps([])), console) as refresh:
        refresh(reader)
        refresh(reader)
    assert console.file.getvalue() == "✓ data ingestion  1 min 02 s\n✗ model ingestion  \n"  # type: ignore[attr-defined]


def test_a_title_in_brackets_is_no_markup() -> None:
    console = Console(file=io.StringIO(), width=100)
    with display(Steps([("compression", "[/x]")]), console) as refresh:
        refresh([event("finished", "compression", "[/x]", seconds=1.0, peak_mib=1.0)])
    assert console.file.getvalue() == "✓ compression: [/x]  1.0 s\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (3.21, "3.2 s"), (59.94, "59.9 s"), (247, "4 min 07 s")]
)
def test_duration(seconds: float, said: str) -> None:
    assert duration(seconds) == said
