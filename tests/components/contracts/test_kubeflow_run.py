"""The steps of one KFP run make one tree in MLflow, whoever comes first, fails, or is tried again."""

from contextlib import suppress
from multiprocessing.synchronize import Barrier

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from components.contracts.faults import BadInput, Fault
from components.contracts.kubeflow_run import KFP_RUN_TAG, PARENT_TAG, end_step, open_step
from components.contracts.tracking import connect, step_run
from tests.mlflow_here import Server
from tests.processes import FORKED, start

STEPS = ["data_ingestion", "model_ingestion", "data_validation", "fine_tuning"]


@pytest.fixture(autouse=True)
def in_a_pod(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    request.getfixturevalue("server" if request.node.get_closest_marker("slow") else "tracking")
    monkeypatch.setenv("KFP_RUN_ID", "run-1")


def tree(client: MlflowClient, experiment: str = "0") -> tuple[Run, list[Run]]:
    """Return the one run of the whole, and all others, after checking that they lie below it."""
    found = client.search_runs([experiment])
    (whole,) = (run for run in found if PARENT_TAG not in run.data.tags)
    steps = [run for run in found if PARENT_TAG in run.data.tags]
    assert {run.data.tags[PARENT_TAG] for run in steps} <= {whole.info.run_id}
    return whole, steps


def statuses(client: MlflowClient) -> tuple[str, dict[str, str]]:
    whole, steps = tree(client)
    assert len({run.info.run_name for run in steps}) == len(steps)
    return whole.info.status, {run.info.run_name: run.info.status for run in steps}


def test_steps_make_one_tree() -> None:
    client = MlflowClient()
    for step in STEPS:
        with step_run(step) as run:
            assert client.get_run(run.parent_id).info.status == "RUNNING"
    whole, _ = tree(client)
    assert whole.data.tags[KFP_RUN_TAG] == "run-1"
    assert whole.info.run_name == "kubeflow run-1"
    assert run.parent_id == whole.info.run_id
    assert statuses(client) == ("FINISHED", dict.fromkeys(STEPS, "FINISHED"))


def test_another_run_of_kubeflow_has_a_tree_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with step_run("data_ingestion") as one:
        pass
    monkeypatch.setenv("KFP_RUN_ID", "run-2")
    with step_run("data_ingestion") as other:
        pass
    assert one.parent_id != other.parent_id
    assert one.run_id != other.run_id


def fail(step: str, error: BaseException) -> None:
    with step_run(step):
        raise error


def test_a_step_that_fails_fails_the_whole() -> None:
    client = MlflowClient()
    with pytest.raises(BadInput):
        fail("data_ingestion", BadInput(Fault("rows", "0", "some")))
    assert statuses(client) == ("FAILED", {"data_ingestion": "FAILED"})
    with step_run("model_ingestion"):
        pass
    assert statuses(client) == ("FAILED", {"data_ingestion": "FAILED", "model_ingestion": "FINISHED"})


def test_a_step_that_is_tried_again_goes_on_with_its_run() -> None:
    client = MlflowClient()
    with suppress(KeyboardInterrupt), step_run("fine_tuning") as first:
        first.params({"epochs": 3, "threads": 2})
        raise KeyboardInterrupt
    assert statuses(client) == ("KILLED", {"fine_tuning": "KILLED"})
    with step_run("fine_tuning") as second:
        assert statuses(client) == ("RUNNING", {"fine_tuning": "RUNNING"})
        second.params({"epochs": 3, "threads": 4, "device": "cpu"})
    assert second.run_id == first.run_id
    assert statuses(client) == ("FINISHED", {"fine_tuning": "FINISHED"})
    assert client.get_run(first.run_id).data.params == {"epochs": "3", "threads": "2", "device": "cpu"}


def test_while_another_step_runs_the_whole_runs() -> None:
    client = MlflowClient()
    with step_run("data_ingestion"):
        with step_run("model_ingestion"):
            pass
        assert statuses(client)[0] == "RUNNING"
    assert statuses(client)[0] == "FINISHED"


@pytest.mark.parametrize("younger_first", [True, False])
def test_of_two_that_were_opened_at_once_the_older_counts(younger_first: bool) -> None:
    client = MlflowClient()
    opened = []
    for began in (2000, 1000) if younger_first else (1000, 2000):
        whole = client.create_run("0", start_time=began, tags={KFP_RUN_TAG: "run-1"}).info.run_id
        tags = {PARENT_TAG: whole, KFP_RUN_TAG: "run-1"}
        opened.append(client.create_run("0", run_name=f"step {began}", tags=tags).info.run_id)
    _, found = open_step(client, "0", "run-1", "fine_tuning")
    whole, steps = tree(client)
    assert (whole.info.run_id, whole.info.start_time) == (found, 1000)
    assert {run.info.run_id for run in steps} >= set(opened)
    for run_id in opened:
        end_step(client, "0", "run-1", run_id, "FINISHED")


def test_the_plugins_run_is_found_by_its_tag_where_it_names_none_to_the_step() -> None:
    client = MlflowClient()
    plugins = client.create_run("0", run_name="my run", tags={KFP_RUN_TAG: "run-1"}).info.run_id
    with step_run("data_ingestion") as run:
        assert run.parent_id == plugins


def walk(first: int, together: Barrier) -> None:
    """Take two steps, beginning when the others do."""
    connect()
    together.wait()
    for step in STEPS[:2]:
        with step_run(f"{step}/{first}"):
            pass


@pytest.mark.slow
def test_steps_that_start_at_once_make_one_tree(server: Server) -> None:
    together = FORKED.Barrier(4)
    walkers = [start(walk, first, together) for first in range(4)]
    for walker in walkers:
        walker.join(timeout=120)
    assert [walker.exitcode for walker in walkers] == [0] * 4
    with step_run("registration"):
        pass
    status, steps = statuses(MlflowClient(server.uri))
    assert status == "FINISHED"
    assert steps == {
        **{f"{step}/{first}": "FINISHED" for step in STEPS[:2] for first in range(4)},
        "registration": "FINISHED",
    }
