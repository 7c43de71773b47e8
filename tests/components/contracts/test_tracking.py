"""A step's place in MLflow: which run it joins or opens, how that ends, and what is said when MLflow is gone."""

import errno
import json
import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import UNAUTHENTICATED

from components.contracts.faults import BadInput, Fault, Unavailable
from components.contracts.kubeflow_run import PARENT_TAG
from components.contracts.step import step
from components.contracts.tracking import (
    ATTEMPTED,
    FAULTS,
    StepRun,
    answering,
    connect,
    experiment_named,
    experiment_of,
    step_run,
)
from tests.mlflow_here import Server


def status(client: MlflowClient, run_id: str) -> str:
    return str(client.get_run(run_id).info.status)


# which run


def test_without_a_server_nothing_is_tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "plot.png").write_bytes(b"")
    with step_run("evaluation") as run:
        run.params({"a": 1})
        run.metrics({"a": 1})
        run.tags({"a": "1"})
        run.file(tmp_path / "plot.png")
    assert run == StepRun()
    assert [path.name for path in tmp_path.iterdir()] == ["plot.png"]


def test_without_a_run_the_step_opens_its_own(client: MlflowClient) -> None:
    with step_run("evaluation/onnx-fp32") as run:
        assert status(client, run.run_id) == "RUNNING"
    found = client.get_run(run.run_id)
    assert (run.parent_id, run.experiment_id) == (run.run_id, "0")
    assert (found.info.run_name, found.info.status) == ("evaluation/onnx-fp32", "FINISHED")
    assert PARENT_TAG not in found.data.tags


def test_its_own_run_goes_into_the_experiment_that_is_named(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = client.create_experiment("films")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment)
    with step_run("evaluation") as run:
        assert client.get_run(run.run_id).info.experiment_id == run.experiment_id == experiment


def test_below_the_pipelines_run_the_step_opens_a_nested_one(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = client.create_experiment("films")
    given = client.create_run(experiment).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    with step_run("evaluation") as run:
        assert (run.parent_id, run.experiment_id) == (given, experiment)
    assert client.get_run(run.run_id).data.tags[PARENT_TAG] == given
    assert status(client, run.run_id) == "FINISHED"
    assert status(client, given) == "RUNNING"


@pytest.mark.parametrize("error", [None, BadInput(Fault("a", "b", "c")), KeyboardInterrupt()])
def test_a_run_that_has_a_parent_is_joined_and_left_open(
    error: BaseException | None, client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = client.create_run("0").info.run_id
    given = client.create_run("0", tags={PARENT_TAG: parent}).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    run = end(error)
    assert (run.run_id, run.parent_id, run.experiment_id) == (given, parent, "0")
    assert status(client, given) == "RUNNING"
    assert len(client.search_runs(["0"])) == 2


def test_a_step_in_a_loop_knows_the_run_of_the_whole(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = client.create_run("0").info.run_id
    loop = client.create_run("0", tags={PARENT_TAG: whole}).info.run_id
    given = client.create_run("0", tags={PARENT_TAG: loop}).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    with step_run("evaluation") as run:
        assert (run.run_id, run.parent_id) == (given, whole)


def test_a_second_attempt_goes_on_with_the_run_that_the_first_one_ended_in(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = client.create_run("0", tags={PARENT_TAG: client.create_run("0").info.run_id}).info.run_id
    client.log_param(given, "recipe", '"baseline"')  # KFP's launcher logs a task's parameters as JSON
    client.set_terminated(given, "FAILED")
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    with step_run("compression") as run:
        assert status(client, given) == "RUNNING"
        run.params({"recipe": "baseline", "threads": 2})
    assert client.get_run(given).data.params == {"recipe": '"baseline"', "threads": "2"}


@pytest.mark.parametrize("variable", ["MLFLOW_RUN_ID", "KFP_RUN_ID"], ids=["with KFP's plugin", "without"])
def test_the_last_attempt_says_when_it_began(
    variable: str, client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = client.create_run("0", tags={PARENT_TAG: client.create_run("0").info.run_id}).info.run_id
    monkeypatch.setenv(variable, given)

    def attempt() -> tuple[str, int]:
        with step_run("fine_tuning") as run:
            return run.run_id, int(client.get_run(run.run_id).data.tags[ATTEMPTED])

    first, began = attempt()
    second, again = attempt()
    assert first == second
    assert began < again


def test_an_experiment_is_made_where_there_is_none(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "films")
    with step_run("evaluation") as run:
        pass
    assert client.get_experiment(run.experiment_id).name == "films"
    assert experiment_named(client, "films") == run.experiment_id


def test_an_experiment_that_was_deleted_is_a_sentence(client: MlflowClient) -> None:
    deleted = experiment_named(client, "films")
    client.delete_experiment(deleted)
    with pytest.raises(BadInput, match=f"found a deleted one.*mlflow experiments restore --experiment-id {deleted}"):
        experiment_named(client, "films")


def test_a_run_to_join_that_is_not_there_is_a_sentence(client: MlflowClient) -> None:
    run = client.create_run(experiment_named(client, "films"))
    assert experiment_of(client, run.info.run_id) == run.info.experiment_id
    with pytest.raises(BadInput, match="MLFLOW_RUN_ID: found 0123abcd; expected a run that is there"):
        experiment_of(client, "0123abcd")


def test_an_experiment_that_another_made_meanwhile_is_taken(tracking: str) -> None:
    class Overtaken(MlflowClient):
        """Sees an experiment only after it has tried to make it."""

        tried = False

        def get_experiment_by_name(self, name: str) -> Any:
            return super().get_experiment_by_name(name) if self.tried else None

        def create_experiment(self, *arguments: Any) -> str:
            self.tried = True
            return str(super().create_experiment(*arguments))

    made = MlflowClient(tracking).create_experiment("films")
    assert experiment_named(Overtaken(tracking), "films") == made
    with pytest.raises(MlflowException, match="name"):
        experiment_named(Overtaken(tracking), "")


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (None, "FINISHED"),
        (BadInput(Fault("a", "b", "c")), "FAILED"),
        (ZeroDivisionError(), "FAILED"),
        (KeyboardInterrupt(), "KILLED"),
    ],
)
def test_its_own_run_ends_as_the_step_does(error: BaseException | None, ended: str, client: MlflowClient) -> None:
    assert status(client, end(error).run_id) == ended


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            BadInput([Fault("rows", "3", "10"), Fault("labels", "1", "2")]),
            ["rows: found 3; expected 10.", "labels: found 1; expected 2."],
        ),
        (KeyError("text"), ["KeyError: 'text'"]),
        (BadInput([Fault("x" * 9000, "3", "10")] * 9), ["x" * 1000] * 5),
    ],
    ids=["faults", "a defect", "more than MLflow keeps"],
)
def test_what_a_step_failed_of_stands_on_its_run(error: Exception, told: list[str], client: MlflowClient) -> None:
    with pytest.raises(SystemExit), step("evaluation"):
        raise error
    (run,) = client.search_runs(["0"])
    assert run.info.status == "FAILED"
    assert json.loads(run.data.tags[FAULTS]) == told


def end(error: BaseException | None) -> StepRun:
    """Run a step that ends in `error`, and return its run."""
    runs = []

    def work() -> None:
        with step_run("evaluation") as run:
            runs.append(run)
            if error:
                raise error

    with pytest.raises(type(error)) if error else nullcontext():
        work()
    return runs[0]


# what is logged


def test_what_is_logged_stands_in_the_run(client: MlflowClient, tmp_path: Path) -> None:
    (tmp_path / "plot.png").write_bytes(b"png")
    with step_run("evaluation") as run:
        run.params({"recipe": "onnx-fp32", "long": "x" * 7000, "number": 3})
        run.metrics({"accuracy": 0.9})
        run.metrics({"accuracy": 0.95}, step=1)
        run.tags({"who": "me"})
        run.file(tmp_path / "plot.png")
        run.file(tmp_path / "plot.png", "plots")
    data = client.get_run(run.run_id).data
    assert (data.params["recipe"], data.params["number"], len(data.params["long"])) == ("onnx-fp32", "3", 6000)
    assert [(metric.step, metric.value) for metric in client.get_metric_history(run.run_id, "accuracy")] == [
        (0, 0.9),
        (1, 0.95),
    ]
    assert data.tags["who"] == "me"
    assert [entry.path for entry in client.list_artifacts(run.run_id)] == ["plot.png", "plots"]
    assert [entry.path for entry in client.list_artifacts(run.run_id, "plots")] == ["plots/plot.png"]


def test_more_than_a_request_holds_goes_into_several(client: MlflowClient) -> None:
    with step_run("evaluation") as run:
        run.params({f"param{number}": number for number in range(250)})
        run.tags({f"tag{number}": str(number) for number in range(250)})
        run.history([(row, {"loss": 1 / (row + 1)}) for row in range(2500)])
    data = client.get_run(run.run_id).data
    assert len(data.params) == 250
    assert sum(name.startswith("tag") for name in data.tags) == 250
    assert len(client.get_metric_history(run.run_id, "loss")) == 2500


def test_numbers_that_are_none_are_kept(client: MlflowClient) -> None:
    with step_run("evaluation") as run:
        run.metrics({"nan": float("nan"), "much": float("inf")})
    assert set(client.get_run(run.run_id).data.metrics) == {"nan", "much"}


# what is said when MLflow is not there


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://127.0.0.1:9", "the MLflow server at http://127.0.0.1:9: found no answer after several attempts"),
        ("http://me:secret@127.0.0.1:9/x", "the MLflow server at http://127.0.0.1:9/x: found no answer"),
        ("gopher://me:secret@host", "the MLflow server at gopher://host: found Model registry functionality"),
    ],
)
def test_a_server_that_is_not_there_is_a_sentence_without_passwords(
    uri: str, said: str, tracking: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(SystemExit) as ended, step("evaluation"):
        pytest.fail("the step must not begin")
    assert ended.value.code == 69
    words = capsys.readouterr().err
    assert said in words
    assert "Start it or correct MLFLOW_TRACKING_URI, then run again" in words
    assert "secret" not in words
    assert "Traceback" not in words


def test_a_server_that_the_environment_does_not_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(Unavailable, match=r"the MLflow server at \w+:"), answering():
        raise MlflowException("no such run")


def test_a_run_that_does_not_exist_is_a_sentence(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)
    with pytest.raises(Unavailable, match=f"found Run with id={'0' * 32} not found"), step_run("evaluation"):
        pytest.fail("the step must not begin")


def test_passwords_are_cut_from_what_the_server_said(tracking: str) -> None:
    with pytest.raises(Unavailable) as refusal, answering():
        raise ConnectionError("cannot reach postgresql://me:secret@host/db\nand more")
    assert "found cannot reach postgresql://host/db; expected" in str(refusal.value)


def test_a_refusal_names_user_and_password(tracking: str) -> None:
    refused = MlflowException("You are not authenticated.", error_code=UNAUTHENTICATED)
    said = "not authenticated.; expected permission. Look at MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
    with pytest.raises(Unavailable, match=said), answering():
        raise refused


def test_an_error_without_words_is_named(tracking: str) -> None:
    with pytest.raises(Unavailable, match="found ConnectionResetError; expected an answer"), answering():
        raise ConnectionResetError


def test_a_full_disk_or_a_missing_file_is_no_servers_fault(client: MlflowClient, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), answering():
        raise OSError(errno.ENOSPC, "No space left on device")
    with step_run("evaluation") as run, pytest.raises(FileNotFoundError):
        run.file(tmp_path / "nothing.png")


def break_the_database(folder: Path) -> None:
    (folder / "mlflow.db").write_bytes(b"no longer a database" * 1000)


def test_a_database_that_breaks_is_a_sentence(client: MlflowClient, tmp_path: Path) -> None:
    run = StepRun(client, client.create_run("0").info.run_id)
    break_the_database(tmp_path)
    with pytest.raises(Unavailable, match=r"found .*file is not a database"):
        run.metrics({"accuracy": 0.9})


def test_a_run_that_cannot_be_ended_is_a_sentence(client: MlflowClient, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"found .*file is not a database"), step_run("evaluation"):
        break_the_database(tmp_path)


def test_a_failure_of_the_work_is_the_news_even_when_the_run_cannot_be_ended(
    client: MlflowClient, tmp_path: Path
) -> None:
    def work() -> None:
        with step_run("evaluation"):
            break_the_database(tmp_path)
            raise BadInput(Fault("rows", "3", "at least 10"))

    with pytest.raises(BadInput, match="rows: found 3"):
        work()


def test_a_user_keeps_the_patience_that_he_sets(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "600")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES")
    connect()
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "600"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "3"


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle_is_a_sentence(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with step("fine_tuning") as run:
            run.metrics({"loss": 1.0})
            server.kill()
            run.metrics({"loss": 0.5}, step=1)

    with pytest.raises(SystemExit) as ended:
        work()
    assert ended.value.code == 69
    said = capsys.readouterr().err
    assert f"the MLflow server at {server.uri}: found no answer" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_server_that_dies_before_the_end_is_a_sentence(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, step("fine_tuning"):
        server.kill()
    assert ended.value.code == 69
    assert "found no answer" in capsys.readouterr().err


@pytest.mark.slow
def test_a_server_holds_what_a_step_logs(server: Server, tmp_path: Path) -> None:
    (tmp_path / "plot.png").write_bytes(b"png")
    with step_run("evaluation") as run:
        run.history([(row, {"loss": 1 / (row + 1)}) for row in range(1500)])
        run.params({f"param{number}": number for number in range(150)})
        run.file(tmp_path / "plot.png", "plots")
    client = MlflowClient(server.uri)
    assert len(client.get_metric_history(run.run_id, "loss")) == 1500
    assert len(client.get_run(run.run_id).data.params) == 150
    assert status(client, run.run_id) == "FINISHED"
    assert [entry.path for entry in client.list_artifacts(run.run_id, "plots")] == ["plots/plot.png"]
