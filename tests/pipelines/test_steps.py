import json
from pathlib import Path

from pipelines.steps import EventReader, Steps


def event(name: str, **values: object) -> dict[str, object]:
    return {"event": name, "time": 100.0, **values}


def test_a_step_goes_from_waiting_to_done() -> None:
    steps = Steps(["baseline"])
    first = steps.all[0]
    assert first.state == "waiting"
    steps.take(event("started", room="data_ingestion", detail=""))
    assert first.state == "running"
    steps.take(event("progress", what="rows", done=5, total=10, note="half"))
    assert (first.done, first.total, first.note) == (5, 10, "half")
    steps.take(event("finished", room="data_ingestion", detail="", seconds=2.5, peak_mib=300.0))
    assert (first.state, first.seconds, first.peak_mib) == ("done", 2.5, 300.0)


def test_each_recipe_has_its_own_two_steps() -> None:
    steps = Steps(["baseline", "int8-dynamic"])
    steps.take(event("started", room="compression", detail="int8-dynamic"))
    running = [step.title for step in steps.all if step.state == "running"]
    assert running == ["compression: int8-dynamic"]


def test_steps_that_never_told_were_unchanged_only_if_the_run_succeeded() -> None:
    for succeeded, expected in ((True, "unchanged"), (False, "waiting")):
        steps = Steps([])
        steps.settle(succeeded)
        assert {step.state for step in steps.all} == {expected}


def test_a_step_that_was_running_when_the_run_ended_was_interrupted() -> None:
    steps = Steps([])
    steps.take(event("started", room="fine_tuning", detail=""))
    steps.settle(succeeded=False)
    assert [step.room for step in steps.all if step.state == "interrupted"] == ["fine_tuning"]


def test_lookups_count_as_work_but_have_no_line() -> None:
    steps = Steps([])
    steps.take(event("finished", room="data_ingestion", detail="source", seconds=1.5, peak_mib=1.0))
    assert steps.seconds_inside == 1.5
    assert {step.state for step in steps.all} == {"waiting"}


def test_a_lookup_that_fails_is_the_failure_of_its_room() -> None:
    steps = Steps([])
    steps.take(event("failed", room="data_ingestion", detail="source", faults=["no file"], defect=False))
    assert steps.failed is not None
    assert (steps.failed.title, steps.failed.faults) == ("data ingestion", ["no file"])


def test_a_failure_outside_any_room_is_kept() -> None:
    steps = Steps([])
    steps.take(event("failed", room="", detail="", faults=["the server is down"], defect=False))
    assert steps.failed is not None
    assert steps.failed.faults == ["the server is down"]


def test_reader_yields_each_whole_line_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert list(reader) == []
    with path.open("w") as file:
        file.write(json.dumps({"event": "a"}) + "\n" + '{"event": ')
        file.flush()
        assert [found["event"] for found in reader] == ["a"]
        file.write('"b"}\n')
    assert [found["event"] for found in reader] == ["b"]
    assert list(reader) == []
