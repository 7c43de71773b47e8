"""The MLflow run of a step.

Kubeflow Pipelines 2.17 with its MLflow plugin makes a run a task and names it in MLFLOW_RUN_ID (KEP-12862); the local
runner names the pipeline's own run there. Either way a step joins what it is given: a run that already has a parent is
the step's own, below any other the step opens a nested one. With MLFLOW_TRACKING_URI alone the steps of the KFP run
that KFP_RUN_ID names make one tree among themselves (`kubeflow_run`), and a step that is run by hand opens a run of its
own. Without either nothing is tracked.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.contracts.address import without_password
from components.contracts.faults import WRITE_REFUSALS, BadInput, Fault, Unavailable
from components.contracts.kubeflow_run import PARENT_TAG, end_step, open_step

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

FAULTS = "bessemer.faults"
"""The tag of a failed step's run that holds what it failed of, as a JSON list of sentences."""
ATTEMPTED = "bessemer.attempted"
"""The tag of a step's run with the time at which its last attempt began, in ms since the epoch."""
_METRICS_A_REQUEST = 1000  # the tracking server's own limits
_PARAMS_A_REQUEST = 100  # and as many tags
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


@dataclass(frozen=True)
class StepRun:
    """A step's place in MLflow; without a client it swallows everything, for rooms that are run by hand."""

    client: "MlflowClient | None" = None
    run_id: str = ""
    parent_id: str = ""
    """The run of the whole pipeline; `run_id` itself when there is no other."""
    experiment_id: str = ""

    def params(self, values: Mapping[str, Any]) -> None:
        """Log parameters; MLflow keeps the first 6,000 characters of each, and what a first attempt wrote."""
        if self.client:
            from mlflow.entities import Param

            with answering():
                known = self.client.get_run(self.run_id).data.params
                params = [Param(key, str(value)[:6000]) for key, value in values.items() if key not in known]
                for start in range(0, len(params), _PARAMS_A_REQUEST):
                    self.client.log_batch(self.run_id, params=params[start : start + _PARAMS_A_REQUEST])

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Log one row of metrics."""
        self.history([(step, values)])

    def history(self, rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        """Log many rows of metrics, as (step, values), in as few requests as the server allows."""
        if self.client:
            from mlflow.entities import Metric

            now = int(time.time() * 1000)
            metrics = [Metric(key, float(value), now, step) for step, values in rows for key, value in values.items()]
            with answering():
                for start in range(0, len(metrics), _METRICS_A_REQUEST):
                    self.client.log_batch(self.run_id, metrics=metrics[start : start + _METRICS_A_REQUEST])

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags on the step's run."""
        if self.client:
            from mlflow.entities import RunTag

            tags = [RunTag(key, value) for key, value in values.items()]
            with answering():
                for start in range(0, len(tags), _PARAMS_A_REQUEST):
                    self.client.log_batch(self.run_id, tags=tags[start : start + _PARAMS_A_REQUEST])

    def file(self, path: Path, folder: str = "") -> None:
        """Log a file as an artifact of the step's run, inside `folder`."""
        if self.client:
            with answering():
                self.client.log_artifact(self.run_id, str(path), folder or None)


def connect(uri: str = "") -> "MlflowClient":
    """Return a client of the server at `uri`, or at MLFLOW_TRACKING_URI; a server that is down is found out in seconds.

    MLflow's own patience is five minutes. Set the variables to have it back.
    """
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    return MlflowClient(uri or None)


def named_server() -> "MlflowClient":
    """Return a client of the server that the environment names, as `connect` does.

    Raises:
        BadInput: it names none.

    """
    if os.environ.get("MLFLOW_TRACKING_URI"):
        return connect()
    raise no_server()


def no_server() -> BadInput:
    """Return the refusal of a step that cannot do without a server, where none is named."""
    expected = "the address of an MLflow server, or a database such as sqlite:///mlflow.db"
    way_out = "Set it in the environment; on Kubeflow by its MLflow plugin, or by a placement."
    return BadInput(Fault("MLFLOW_TRACKING_URI", "nothing", expected, way_out))


def experiment_named(client: "MlflowClient", name: str, artifacts: str | None = None) -> str:
    """Return the id of an experiment, made if need be: not even `Default` is there in a new workspace of MLflow.

    Args:
        client: of the server.
        name: the experiment's.
        artifacts: where a new one puts its artifacts, if not where the server says.

    Raises:
        BadInput: somebody has deleted it, which MLflow can undo.

    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found and found.lifecycle_stage == "deleted":
        way_out = f"Take it back: `mlflow experiments restore --experiment-id {found.experiment_id}`."
        raise BadInput(Fault(f"the MLflow experiment {name}", "a deleted one", "one that takes runs", way_out))
    if found:
        return str(found.experiment_id)
    try:
        return client.create_experiment(name, artifacts)
    except MlflowException:
        made_meanwhile = client.get_experiment_by_name(name)
        if made_meanwhile is None:
            raise
        return str(made_meanwhile.experiment_id)


def experiment_of(client: "MlflowClient", run_id: str) -> str:
    """Return the experiment of the run that MLFLOW_RUN_ID names.

    Raises:
        BadInput: there is no such run.

    """
    from mlflow.exceptions import MlflowException

    try:
        return str(client.get_run(run_id).info.experiment_id)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        way_out = "Take the variable out of the environment, or name a run of this server."
        raise BadInput(Fault("MLFLOW_RUN_ID", run_id, "a run that is there", way_out)) from None


@contextmanager
def answering() -> Iterator[None]:
    """Turn a tracking server that does not answer, or refuses, into a sentence.

    Raises:
        Unavailable: the server is down, or answers with an error of its own.
        OSError: a file of this machine cannot be read or written, which is no server's fault.

    """
    from mlflow import get_tracking_uri
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        if isinstance(error, OSError) and (error.filename or error.errno in WRITE_REFUSALS):
            raise
        uri = os.environ.get("MLFLOW_TRACKING_URI") or get_tracking_uri()
        server = f"the MLflow server at {without_password(uri)}"
        if isinstance(error, MlflowException) and error.error_code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            way_out = "Look at MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD (or _TOKEN), and what they may do."
            raise Unavailable(Fault(server, _reason(error), "permission", way_out)) from error
        way_out = "Start it or correct MLFLOW_TRACKING_URI, then run again: what is finished is not done twice."
        raise Unavailable(Fault(server, _reason(error), "an answer", way_out)) from error


def _reason(error: Exception) -> str:
    """Return the first line of an error, without passwords, and without urllib3's account of its attempts."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    if "Max retries exceeded" in line:
        return "no answer after several attempts"
    return re.sub(r"://[^/@\s]*@", "://", line)[:300]


@contextmanager
def step_run(name: str) -> Iterator[StepRun]:
    """Yield the MLflow run of the step `name`, and end it as finished, failed or killed.

    Raises:
        Unavailable: the tracking server does not answer.

    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        yield StepRun()
        return
    with answering():
        run, end = _join_or_open(connect(), name)
        run.tags({ATTEMPTED: str(int(time.time() * 1000))})
    status = "FAILED"
    try:
        yield run
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        _end(end, status)


def _join_or_open(client: "MlflowClient", name: str) -> tuple[StepRun, Callable[[str], None]]:
    """Return the step's run, and what ends it with a status: nothing does where another made it for the step."""
    given = os.environ.get("MLFLOW_RUN_ID")
    if given:
        joined = client.get_run(given)
        return _join(client, joined) if PARENT_TAG in joined.data.tags else _open_below(client, joined, name)
    experiment = os.environ.get("MLFLOW_EXPERIMENT_ID") or experiment_named(
        client, os.environ.get("MLFLOW_EXPERIMENT_NAME") or "Default"
    )
    kfp_run = os.environ.get("KFP_RUN_ID")
    if kfp_run:
        run_id, whole = open_step(client, experiment, kfp_run, name)
        return StepRun(client, run_id, whole, experiment), partial(end_step, client, experiment, kfp_run, run_id)
    run_id = client.create_run(experiment, run_name=name).info.run_id
    return StepRun(client, run_id, run_id, experiment), partial(client.set_terminated, run_id)


def _join(client: "MlflowClient", joined: "Run") -> tuple[StepRun, Callable[[str], None]]:
    run_id, experiment = joined.info.run_id, joined.info.experiment_id
    if joined.info.status != "RUNNING":  # the first attempt ended it
        client.update_run(run_id, status="RUNNING")
    whole = joined
    while parent := whole.data.tags.get(PARENT_TAG):  # between the two lie KFP's loops
        whole = client.get_run(parent)
    return StepRun(client, run_id, whole.info.run_id, experiment), lambda status: None


def _open_below(client: "MlflowClient", whole: "Run", name: str) -> tuple[StepRun, Callable[[str], None]]:
    above, experiment = whole.info.run_id, whole.info.experiment_id
    run_id = client.create_run(experiment, run_name=name, tags={PARENT_TAG: above}).info.run_id
    return StepRun(client, run_id, above, experiment), partial(client.set_terminated, run_id)


def _end(end: Callable[[str], None], status: str) -> None:
    try:
        with answering():
            end(status)
    except (Unavailable, OSError):
        if status == "FINISHED":
            raise  # otherwise the step's own failure is the news, and the lost status is not
