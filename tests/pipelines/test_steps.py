import json
from pathlib import Path

from pipelines.jobs import build_steps
from pipelines.steps import EventReader, Steps


def event(name: str, **values: object) -> dict[str, object]:
    return {"event": name, "time": 100.0, **values}


def test_a_step_goes_from_waiting_to_done() -> None:
    steps = Steps(build_steps(["baseline"]))
    first = steps.all[0]
    assert first.state == "waiting"
    steps.take(event("started", room="data_ingestion", detail=""))
    assert first.state == "running"
    steps.take(event("progress", what="rows", done=5, total=10, note="half"))
    assert (first.done, first.total, first.note) == (5, 10, "half")
    steps.take(event("finished", room="data_ingestion", detail="", seconds=2.5, peak_mib=300.0))
    assert (first.state, first.seconds, first.peak_mib) == ("done", 2.5, 300.0)


def test_each_recipe_has_its_own_two_steps() -> None:
    steps = Steps(build_steps(["baseline", "int8-dynamic"]))
    steps.take(event("started", room="compression", detail="int8-dynamic"))
    running = [step.title for step in steps.all if step.state == "running"]
    assert running == ["compression: int8-dynamic"]


def test_steps_that_never_told_were_unchanged_only_if_the_run_succeeded() -> None:
    for succeeded, expected in ((True, "unchanged"), (False, "waiting")):
        steps = Steps(build_steps([]))
        steps.settle(succeeded)
        assert {step.state for step in steps.all} == {expected}


def test_a_step_that_was_running_when_the_run_was_interrupted_was_interrupted_with_it() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("started", room="fine_tuning", detail=""))
    steps.take(event("interrupted", room="", detail=""))
    steps.settle(succeeded=False)
    assert [step.room for step in steps.all if step.state == "interrupted"] == ["fine_tuning"]
    assert steps.failures == []


def test_a_step_that_ended_without_a_word_was_killed() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("started", room="fine_tuning", detail=""))
    steps.settle(succeeded=False)
    (killed,) = steps.failures
    assert (killed.room, killed.state, killed.exit_code, killed.defect) == ("fine_tuning", "failed", 69, False)
    assert "killed from outside, mostly because memory ran out" in killed.faults[0]


def test_a_run_that_failed_without_any_word_is_a_defect_that_is_said() -> None:
    steps = Steps(build_steps([]))
    steps.settle(succeeded=False)
    (silent,) = steps.failures
    assert (silent.room, silent.exit_code, silent.defect) == ("", 70, True)


def test_what_a_step_warns_of_is_kept() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("warned", room="data_validation", detail="", sentences=["3 rows are empty"]))
    assert [step.warnings for step in steps.all if step.room == "data_validation"] == [["3 rows are empty"]]


def test_lookups_count_as_work_but_have_no_line() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("finished", room="data_ingestion", detail="source", seconds=1.5, peak_mib=1.0))
    assert steps.seconds_inside == 1.5
    assert {step.state for step in steps.all} == {"waiting"}


def test_a_lookup_that_fails_is_the_failure_of_its_room() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("failed", room="data_ingestion", detail="source", faults=["no file"], defect=False, exit_code=65))
    (failed,) = steps.failures
    assert (failed.title, failed.faults, failed.exit_code) == ("data ingestion", ["no file"], 65)


def test_a_form_that_is_refused_is_a_failure_outside_any_room() -> None:
    steps = Steps(build_steps(["baseline"]))
    faults = ["objective: found 'cheapest'; expected one of fastest."]
    steps.take(event("failed", room="settings", detail="preset", faults=faults, defect=False, exit_code=65))
    assert [(step.faults, step.exit_code) for step in steps.failures] == [(faults, 65)]
    assert steps.failures == [steps.outside]


def test_a_failure_outside_any_room_is_kept() -> None:
    steps = Steps(build_steps([]))
    steps.take(event("failed", room="", detail="", faults=["the server is down"], defect=False, exit_code=69))
    assert [failed.faults for failed in steps.failures] == [["the server is down"]]


def test_reader_yields_each_whole_line_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert list(reader) == []
    path.write_text('{"event": "cut sho{"event": "next"}\n')  # a full disk took only a part of the first
    assert list(reader) == []
    with path.open("a") as file:
        file.write(json.dumps({"event": "a"}) + "\n" + '{"event": ')
        file.flush()
        assert [found["event"] for found in reader] == ["a"]
        file.write('"b"}\n')
    assert [found["event"] for found in reader] == ["b"]
    assert list(reader) == []


def test_what_would_have_followed_is_not_shown_where_there_is_no_reason() -> None:
    places = [("retraining", "reason"), *build_steps([])]
    for begins, shown in ((True, len(places)), (False, 1)):
        steps = Steps(places)
        steps.take(event("started", room="retraining", detail="reason"))
        steps.take(event("retraining", begins=begins))
        assert len(steps.all) == shown
