import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from components.contracts.choice import Choice, Verdict
from components.contracts.folders import write_manifest
from components.contracts.registration import Registration
from components.contracts.scorecard import Interval, Latency, Machine, Scorecard
from pipelines.home import RunFolder
from pipelines.jobs import build_steps
from pipelines.result import show


def scorecard(recipe: str, accuracy: float, p50_ms: float) -> Scorecard:
    reference = Latency(1, 32, 2, 60, 14.0, 15.0, 16.0, 71.0)
    return Scorecard(
        recipe=recipe,
        candidate_sha256="0" * 64,
        applied=recipe,
        dataset_sha256="1" * 64,
        split="test",
        rows=1913,
        labels=["fresh", "rotten"],
        accuracy=Interval(accuracy, accuracy - 0.02, accuracy + 0.02, 0.95),
        macro_f1=Interval(accuracy, accuracy - 0.02, accuracy + 0.02, 0.95),
        calibration_error=0.03,
        confusion=[[900, 100], [100, 813]],
        slices=[],
        latency=[Latency(1, 32, 2, 60, p50_ms, p50_ms * 1.2, p50_ms * 1.3, 1000 / p50_ms)],
        reference_latency=[reference],
        bytes_on_disk=24 * 1024 * 1024,
        peak_memory_mib=180.0,
        machine=Machine("a processor", 2, 2, "Linux"),
        predictions_sha256="2" * 64,
    )


def verdict(recipe: str, qualifies: bool, reasons: list[str], accuracy: float, p50_ms: float) -> Verdict:
    drop = Interval(0.3, -0.1, 0.7, 0.95)
    return Verdict(recipe, qualifies, reasons, drop, scorecard(recipe, accuracy, p50_ms))


def run_folder(path: Path, chosen: str) -> RunFolder:
    """Write what a run leaves: a choice, and a registration if something was chosen."""
    verdicts = [
        verdict("baseline", False, ["the reference is never chosen"], 0.838, 14.0),
        verdict("onnx-fp32", False, ["speed-up 1.4x is under the budget of 2.0x"], 0.838, 10.0),
        verdict("int8-dynamic", bool(chosen), ["the fastest"], 0.835, 3.5),
    ]
    why = f"{chosen} is the fastest that meets the budgets." if chosen else "No candidate meets the budgets."
    (path / "choice").mkdir(parents=True)
    write_manifest(path / "choice", Choice(chosen, why, "fastest", {"min_speed_up": 2.0}, verdicts))
    run = RunFolder(path)
    recipes = ["baseline", "onnx-fp32", "int8-dynamic"]
    run.request.write_text(json.dumps({"steps": build_steps(recipes)}))
    if chosen:
        (path / "registration").mkdir()
        write_manifest(
            path / "registration",
            Registration("sentiment", 3, "challenger", "models:/sentiment/3", "r", "sqlite:///x", chosen, {}, {}),
        )
        paths = {"choice": str(path / "choice"), "registration": str(path / "registration")}
        run.result.write_text(json.dumps(paths))
    else:
        fault = "int8-dynamic: found accuracy 0.7; expected 0.8."
        events = [
            {"event": "choice", "path": str(path / "choice")},
            {
                "event": "failed",
                "room": "registration",
                "detail": "",
                "faults": [fault],
                "defect": False,
                "exit_code": 65,
            },
        ]
        run.events.write_text("".join(json.dumps({"time": 0, **event}) + "\n" for event in events))
    return run


def shown(run: RunFolder) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    show(run, console)
    return console.export_text()


def test_every_candidate_has_a_row_with_its_numbers(tmp_path: Path) -> None:
    text = shown(run_folder(tmp_path, "int8-dynamic"))
    row = next(line for line in text.splitlines() if line.strip().startswith("▶ int8-dynamic"))
    for number in ("0.835 [.815–.855]", "3.50", "4.20", "4.0x", "24.0", "0.835"):
        assert number in row
    assert "1,913 held-out rows" in text


def test_it_says_why_each_other_candidate_was_not_taken(tmp_path: Path) -> None:
    text = shown(run_folder(tmp_path, "int8-dynamic"))
    assert "onnx-fp32: speed-up 1.4x is under the budget of 2.0x" in text
    assert "int8-dynamic is the fastest that meets the budgets." in text


def test_it_names_the_version_and_how_to_look_further(tmp_path: Path) -> None:
    text = shown(run_folder(tmp_path, "int8-dynamic"))
    assert "sentiment version 3, alias challenger" in text
    assert "bessemer predict sentiment" in text
    assert "make ui" in text


def test_when_nothing_qualifies_the_table_is_there_and_the_failure_too(tmp_path: Path) -> None:
    text = shown(run_folder(tmp_path, ""))
    assert "No candidate meets the budgets." in text
    assert "registration could not go on" in text
    assert "registered" not in text.replace("registration", "")


@pytest.mark.parametrize("defect", [True, False])
def test_only_a_defect_points_to_the_traceback(tmp_path: Path, defect: bool) -> None:
    run = RunFolder(tmp_path)
    run.request.write_text(json.dumps({"steps": build_steps([])}))
    failed = {
        "event": "failed",
        "time": 0,
        "room": "fine_tuning",
        "detail": "",
        "faults": ["KeyError: 1"],
        "exit_code": 70,
    }
    run.events.write_text(json.dumps({**failed, "defect": defect}) + "\n")
    text = shown(run)
    assert "fine tuning could not go on" in text
    assert ("run.log" in text) is defect


def test_warnings_stand_above_the_table(tmp_path: Path) -> None:
    run = run_folder(tmp_path, "int8-dynamic")
    warned = {"event": "warned", "time": 0, "room": "data_validation", "detail": "", "sentences": ["3 texts are long."]}
    run.events.write_text(json.dumps(warned) + "\n")
    text = shown(run)
    assert text.index("! data validation: 3 texts are long.") < text.index("▶ int8-dynamic")


def test_a_retraining_says_why_and_shows_what_its_steps_told_of(tmp_path: Path) -> None:
    run = run_folder(tmp_path, "int8-dynamic")
    run.result.write_text("{}")  # what lies within a condition is no output of the graph
    answer = {"event": "retraining", "name": "sentiment", "begins": True, "why": "the data changed"}
    told = [{"event": what, "path": str(tmp_path / what), "new": False} for what in ("choice", "registration")]
    run.events.write_text("".join(json.dumps({"time": 0, **event}) + "\n" for event in (answer, *told)))
    text = shown(run)
    assert "sentiment is trained again: the data changed" in text
    assert "Nothing new came of it: all that it is built from is as it was." in text
    assert "▶ int8-dynamic" in text
    assert "sentiment version 3, alias challenger" in text


def test_a_retraining_without_a_reason_says_so_and_nothing_else(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.request.write_text(json.dumps({"steps": [("retraining", "reason"), *build_steps([])]}))
    run.result.write_text("{}")
    answer = {"event": "retraining", "time": 0, "name": "sentiment", "begins": False, "why": "no reason: it is new"}
    run.events.write_text(json.dumps(answer) + "\n")
    assert shown(run) == "sentiment is not trained again: no reason: it is new\n"
