"""Retraining as a graph, and the whole way on this machine."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import compiler

from components.retraining.record import Record, journal_of, read_record
from pipelines.retrain_model import retrain_model
from tests.pipelines import runs
from tests.pipelines.retrained import PAIRS, Retrained, arguments


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("compiled") / "package.yaml"
    compiler.Compiler().compile(retrain_model, str(path))
    return next(yaml.safe_load_all(path.read_text()))


@pytest.fixture(scope="module")
def tasks(spec: dict[str, Any]) -> dict[str, Any]:
    dags = [spec["root"], *spec["components"].values()]
    return {name: task for dag in dags for name, task in dag.get("dag", {"tasks": {}})["tasks"].items()}


def inside(spec: dict[str, Any], tasks: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the tasks of a task that is a graph itself."""
    return dict(spec["components"][tasks[name]["componentRef"]["name"]]["dag"]["tasks"])


def test_the_end_is_noted_whatever_becomes_of_it(spec: dict[str, Any], tasks: dict[str, Any]) -> None:
    ended = tasks["end-retraining"]
    assert ended["dependentTasks"] == ["exit-handler-1"]
    assert ended["triggerPolicy"]["strategy"] == "ALL_UPSTREAM_TASKS_COMPLETED"
    assert {"check-reason", "condition-2"} <= set(inside(spec, tasks, "exit-handler-1"))
    # the back end of KFP has had several words for a status; MLflow's are ours
    assert all("taskFinalStatus" not in given for given in ended["inputs"]["parameters"].values())


def test_nothing_is_built_without_a_reason(spec: dict[str, Any], tasks: dict[str, Any]) -> None:
    assert "check-reason-Output'] == true" in tasks["condition-2"]["triggerPolicy"]["condition"]
    assert {"build", "name-version"} <= set(inside(spec, tasks, "condition-2"))
    assert tasks["name-version"]["dependentTasks"] == ["build"]


def test_only_what_nothing_has_judged_is_promoted(spec: dict[str, Any], tasks: dict[str, Any]) -> None:
    assert "name-version-Output'] != ''" in tasks["condition-3"]["triggerPolicy"]["condition"]
    (promoted,) = inside(spec, tasks, "condition-3").values()
    given = {name: value.get("componentInputParameter") for name, value in promoted["inputs"]["parameters"].items()}
    assert given["name"] == "pipelinechannel--name-version-name"
    assert given["version"] == "pipelinechannel--name-version-Output"


def test_the_model_to_start_from_is_the_answers_and_the_version_says_so(tasks: dict[str, Any]) -> None:
    given = tasks["build"]["inputs"]["parameters"]
    assert given["model_ingestion"]["componentInputParameter"] == "pipelinechannel--check-reason-start"
    assert given["asked"]["componentInputParameter"] == "pipelinechannel--check-reason-asked"


def test_what_looks_and_what_notes_is_never_cached(tasks: dict[str, Any]) -> None:
    for name in ("resolve-settings", "resolve-data", "check-reason", "name-version", "end-retraining"):
        assert not tasks[name].get("cachingOptions", {}).get("enableCache"), name


def record(home: Path) -> Record:
    return read_record(journal_of(runs.registry(home), "smoke"))


@pytest.mark.slow
def test_from_the_first_version_over_no_reason_to_other_data(retrained: Retrained) -> None:
    assert retrained.first.exit_code == 0, retrained.first.said
    assert "smoke is trained again: there is no version of it yet" in retrained.first.said
    assert "smoke version 1, alias challenger" in retrained.first.said
    assert "int8-dynamic" in retrained.first.said
    assert "version 1 is the champion of smoke" in retrained.first.said

    assert retrained.idle.exit_code == 0, retrained.idle.said
    assert "smoke is not trained again: no reason: version 1 is 0.0 days old" in retrained.idle.said
    assert retrained.idle.worked == ["retraining"]
    assert "fine tuning" not in retrained.idle.said

    assert retrained.forced.exit_code == 0, retrained.forced.said
    assert "smoke is trained again: asked for: a look" in retrained.forced.said
    assert "Nothing new came of it" in retrained.forced.said

    assert retrained.further.exit_code == 0, retrained.further.said
    assert "smoke is trained again: the data changed since" in retrained.further.said
    assert "fine_tuning" in retrained.further.worked
    assert len(runs.versions(retrained.home)) == 2
    ends = [each.end.how for each in record(retrained.home).attempts if each.end]
    assert ends == ["succeeded", "nothing new", "succeeded"]


@pytest.mark.slow
def test_what_fails_opens_the_breaker_which_says_what_to_mend_and_closes_by_hand(tmp_path: Path) -> None:
    home, reviews = tmp_path / "home", tmp_path / "reviews.csv"
    runs.write_reviews(reviews, PAIRS)
    given = arguments(reviews, "selection.max_mib=0.001", "retraining.max_failures=1")

    failed = runs.run(home, *given, command="retrain")
    assert failed.exit_code == 65, failed.said
    (attempt,) = record(home).attempts
    assert attempt.end
    assert attempt.end.how == "failed"
    assert attempt.end.why.startswith("registration: ")
    assert "MiB" in attempt.end.why

    held = runs.run(home, *given, command="retrain")
    assert held.exit_code == 0, held.said
    assert "But the circuit breaker is open: 1 training in a row failed" in held.said
    assert "- registration: " in held.said

    closed = runs.run(home, "smoke", "--reset", command="retrain")
    assert closed.said == "The circuit breaker of smoke is closed.\n"
    mended = runs.run(home, *arguments(reviews), command="retrain")
    assert mended.exit_code == 0, mended.said
    assert len(runs.versions(home)) == 1


def started(home: Path, reviews: Path, room: str, *more: str) -> tuple["subprocess.Popen[str]", int]:
    """Start a retraining; return it once a step of `room` has begun, with that step's process."""
    process = runs.start(home, *arguments(reviews, *more), command="retrain")
    begun: list[int] = []
    while process.poll() is None and not begun:
        told = [event for event in runs.events(home) if event["event"] == "started"]
        begun = [event["pid"] for event in told if event["room"] == room]
        time.sleep(0.02)
    return process, begun[0]


def kill(process: "subprocess.Popen[str]", step: int) -> None:
    """Kill a run with all its processes."""
    os.killpg(os.getpgid(step), signal.SIGKILL)
    process.communicate(timeout=60)


@pytest.mark.slow
def test_wherever_a_retraining_is_broken_off_the_next_goes_on_and_an_interrupt_is_no_failure(tmp_path: Path) -> None:
    home, reviews = tmp_path / "home", tmp_path / "reviews.csv"
    runs.write_reviews(reviews, PAIRS)
    # trains for as long as it takes to look beside it, on any machine
    process, trained = started(home, reviews, "fine_tuning", "fine_tuning.epochs=1000")
    (holder,) = record(home).under_way

    beside = runs.run(home, *arguments(reviews), command="retrain")
    assert beside.exit_code == 0, beside.said
    assert f"smoke is not trained again: another retraining is at work: the run {holder.run}" in beside.said

    kill(process, trained)
    (killed,) = record(home).under_way
    assert killed.run == holder.run

    def compresses(event: dict[str, Any]) -> bool:
        return event["event"] == "started" and event["room"] == "compression"

    stopped = runs.interrupt_when(home, arguments(reviews), compresses, command="retrain")
    assert stopped.exit_code == 130
    assert stopped.worked[:2] == ["retraining", "fine_tuning"]

    kill(*started(home, reviews, "promotion"))
    (version,) = runs.versions(home)
    assert "gate" not in version.tags

    # of the three ends two are failures, one less than open the breaker: an interrupt is none
    again = runs.run(home, *arguments(reviews), command="retrain")
    assert again.exit_code == 0, again.said
    assert "smoke is trained again: version 1 was built and never judged: its retraining was broken off" in again.said
    assert "version 1 is the champion of smoke" in again.said
    assert not {"fine_tuning", "registration"} & set(again.worked)
    assert len(runs.versions(home)) == 1
    assert [each.end.how for each in record(home).attempts if each.end] == ["died", "interrupted", "died", "succeeded"]
