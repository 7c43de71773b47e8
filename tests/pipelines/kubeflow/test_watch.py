import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from components.contracts.faults import BadInput, Unavailable
from pipelines.kubeflow import watch
from pipelines.kubeflow.connect import connect
from pipelines.kubeflow.watch import Tasks, follow
from tests.pipelines.kubeflow.conftest import Bessemer
from tests.pipelines.kubeflow.kfp_api import KubeflowApi, serving, told

NAMES = {"resolve-data": False, "fine-tune": False, "compress-model": True, "evaluate-candidate": True}


@pytest.fixture
def run_id(api: KubeflowApi) -> str:
    """A run that is there."""
    return str(api.keep(api.runs, "run_id", {"state": "PENDING"})["run_id"])


def quiet() -> Console:
    return Console(file=io.StringIO(), width=100)


def said(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def until(happened: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    while not happened():
        time.sleep(0.01)


def looked_at(api: KubeflowApi, host: str, run_id: str) -> list[tuple[str, str, float]]:
    """Return title, state and seconds of each task after one look."""
    server = connect(host, "team")
    tasks = Tasks(NAMES)
    tasks.take(server.call(server.runs.run_service_get_run, run_id))
    return [(step.title, step.state, step.seconds) for step in tasks.all]


def test_a_run_that_has_not_begun_has_no_tasks(api: KubeflowApi, host: str, run_id: str) -> None:
    assert looked_at(api, host, run_id) == []


def test_the_states_of_the_tasks_in_their_order(api: KubeflowApi, host: str, run_id: str) -> None:
    looped = {"compress_model": "SUCCEEDED", "evaluate_candidate": "UNCHANGED", "compress_model__2": "RUNNING"}
    api.progress = [told("RUNNING", root="RUNNING", resolve_data="SUCCEEDED", fine_tune="UNCHANGED", **looped)]
    assert looked_at(api, host, run_id) == [
        ("resolve data", "done", 62.0),
        ("fine tune", "unchanged", 0.0),
        ("compress model: 1", "done", 62.0),
        ("evaluate candidate: 1", "unchanged", 0.0),
        ("compress model: 2", "running", 0.0),
    ]


def test_the_attempts_of_a_task_are_one_task(api: KubeflowApi, host: str, run_id: str) -> None:
    progress = told("RUNNING", fine_tune="UNCHANGED")
    details = progress["run_details"]["task_details"]
    task, executor = details[1], details[2]
    attempt = {**task, "display_name": "fine-tune(0)", "pod_name": "build-model-x7k2p-impl-77"}
    task["child_tasks"] = [{"pod_name": "build-model-x7k2p-77"}]
    assert executor["display_name"] == "executor"
    details.append(attempt)
    api.progress = [progress]
    assert looked_at(api, host, run_id) == [("fine tune", "unchanged", 0.0)]


def test_what_was_running_when_the_run_was_stopped_was_interrupted(api: KubeflowApi, host: str, run_id: str) -> None:
    api.progress = [told("CANCELED", resolve_data="FAILED", fine_tune="RUNNING")]
    assert [state for _, state, _ in looked_at(api, host, run_id)] == ["failed", "interrupted"]


def test_a_run_is_followed_until_it_has_ended(api: KubeflowApi, host: str, run_id: str) -> None:
    api.progress = [
        told("PENDING"),
        told("RUNNING", resolve_data="RUNNING"),
        told("RUNNING", resolve_data="SUCCEEDED", fine_tune="RUNNING"),
        told("SUCCEEDED", resolve_data="SUCCEEDED", fine_tune="UNCHANGED"),
    ]
    console = quiet()
    ended = follow(connect(host, "team"), run_id, Tasks(NAMES), console, seconds_between=0)
    assert ended.state == "SUCCEEDED"
    assert said(console).splitlines() == ["✓ resolve data  1 min 02 s", "= fine tune  unchanged"]
    assert len([line for line in api.requests if "runs/" in line]) == 4


def test_a_server_that_comes_back_is_waited_for(api: KubeflowApi, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console, ended = quiet(), []
    api.progress = [told("RUNNING", fine_tune="RUNNING")]
    with serving(api) as host:
        server = connect(host, "team")
        thread = threading.Thread(
            target=lambda: ended.append(follow(server, run_id, Tasks(NAMES), console, seconds_between=0.01))
        )
        thread.start()
        until(lambda: f"GET /apis/v2beta1/runs/{run_id}" in api.requests)
    until(lambda: "Asking again." in said(console))
    assert not ended
    api.progress = [told("SUCCEEDED", fine_tune="SUCCEEDED")]
    with serving(api, port=int(host.rpartition(":")[2])):
        thread.join()
    assert [run.state for run in ended] == ["SUCCEEDED"]
    assert said(console).count("Asking again") == 1
    assert "✓ fine tune" in said(console)


def test_a_server_that_stays_away_is_given_up(api: KubeflowApi, run_id: str) -> None:
    with serving(api) as host:
        server = connect(host, "team")
    with pytest.raises(Unavailable):
        follow(server, run_id, Tasks(NAMES), quiet(), seconds_between=0.01, patience=0.1)


def test_a_sign_in_that_has_expired_ends_the_waiting(api: KubeflowApi, host: str, run_id: str) -> None:
    server = connect(host, "team")
    api.token = "another"
    with pytest.raises(BadInput, match="401"):
        follow(server, run_id, Tasks(NAMES), quiet(), seconds_between=0)


@pytest.mark.parametrize(("state", "exit_code"), [("SUCCEEDED", 0), ("FAILED", 1), ("CANCELED", 1)])
def test_the_exit_code_tells_how_the_run_ended(
    state: str, exit_code: int, api: KubeflowApi, bessemer: Bessemer, host: str
) -> None:
    api.progress = [told(state, fine_tune="SUCCEEDED" if state == "SUCCEEDED" else "FAILED")]
    done = bessemer("submit", "smoke", "--wait")
    assert done.exit_code == exit_code, done.output
    (run_id,) = api.runs
    assert done.output.count(f"{host}/#/runs/details/{run_id}") == (1 if state == "SUCCEEDED" else 2)
    assert "Set MLFLOW_TRACKING_URI" in done.output


def test_the_exit_code_tells_that_nobody_answers_any_more(
    api: KubeflowApi, bessemer: Bessemer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow_impatiently(*arguments: Any) -> Any:
        (run_id,) = api.runs
        api.failures[f"GET /apis/v2beta1/runs/{run_id}"] = (502, "bad gateway")
        return follow(*arguments, seconds_between=0.01, patience=0.05)

    monkeypatch.setattr(watch, "follow", follow_impatiently)
    done = bessemer("submit", "smoke", "--wait")
    assert done.exit_code == 69
    assert "found an error of its own (502)" in done.stderr
    assert "the run itself goes on" in done.output


def test_who_stops_watching_does_not_stop_the_run(
    api: KubeflowApi, bessemer: Bessemer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "follow", interrupted)
    done = bessemer("submit", "smoke", "--wait")
    assert done.exit_code == 130
    assert "the run itself goes on" in done.output
    assert [run["state"] for run in api.runs.values()] == ["PENDING"]
