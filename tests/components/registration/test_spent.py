"""How long a run's steps took."""

from collections.abc import Callable

import pytest
from mlflow import MlflowClient

from components.contracts.kubeflow_run import PARENT_TAG
from components.contracts.tracking import StepRun
from components.registration.spent import seconds_spent
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

Leave = Callable[..., str]


@pytest.fixture
def run(client: MlflowClient) -> Leave:  # noqa: F811
    """Return what leaves a run in MLflow, with times in ms, and returns its id."""

    def leave(name: str, parent: str = "", start: int = 0, end: int | None = None) -> str:
        tags = {PARENT_TAG: parent} if parent else {}
        run_id = client.create_run("0", start_time=start, run_name=name, tags=tags).info.run_id
        if end:
            client.set_terminated(run_id, end_time=end)
        return str(run_id)

    return leave


def test_steps_come_in_their_order_with_loops_between(client: MlflowClient, run: Leave) -> None:  # noqa: F811
    whole = run("smoke")
    run("selection", whole, 9000, 9500)
    loop = run("for-loop-1", whole, 3000, 8000)
    run("compression/onnx-fp32", loop, 4000, 7000)
    run("fine_tuning", whole, 1000, 2500)
    step = run("registration", whole, 9600)
    run("of another run", run("other"), 1000, 2000)
    spent = seconds_spent(StepRun(client, step, whole, "0"))
    assert list(spent.items()) == [("fine_tuning", 1.5), ("compression/onnx-fp32", 3.0), ("selection", 0.5)]


def test_the_rounds_of_a_loop_that_share_a_name_are_added_up(client: MlflowClient, run: Leave) -> None:  # noqa: F811
    whole = run("build-model")
    loop = run("for-loop-1", whole, 1000, 1100)
    for start in (2000, 5000):
        run("compress-model", loop, start, start + 1000)
        run("evaluate-candidate", loop, start + 1000, start + 1500)
    spent = seconds_spent(StepRun(client, run("register-model", whole, 9000), whole, "0"))
    assert list(spent.items()) == [("compress-model", 2.0), ("evaluate-candidate", 1.0)]


def test_without_mlflow_nothing_is_known() -> None:
    assert seconds_spent(StepRun()) == {}
