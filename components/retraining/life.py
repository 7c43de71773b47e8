"""Whether a retraining that has not ended is still at work.

Tasks on Kubeflow share no process, so nothing could renew a lease from its begin to its end. But each step opens a run
in MLflow when it begins and ends it when it ends, and notes there when it is tried again: these are the signs of life.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.contracts.kubeflow_run import PARENT_TAG
from components.contracts.process import is_gone
from components.contracts.tracking import ATTEMPTED, answering
from components.retraining.record import Attempt, How, moment

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


@dataclass(frozen=True)
class Death:
    """That a retraining ended without a word."""

    how: How
    seconds: float
    """From its begin to its last sign of life."""
    why: str


def death_of(client: "MlflowClient", attempt: Attempt, now: float) -> Death | None:
    """Return how an attempt that has not ended came to its end; None as long as it may be at work.

    Raises:
        Unavailable: the server does not answer.

    """
    with answering():
        whole = client.search_runs([attempt.experiment], f"attributes.run_id = '{attempt.mlflow_run}'")
    last = last_sign(client, attempt)
    seconds = last - attempt.time
    if whole and whole[0].info.status == "KILLED":
        return Death("interrupted", seconds, f"the run {attempt.run} was interrupted")
    if is_gone(attempt.process):
        return Death("died", seconds, f"the run {attempt.run} was killed: its process {attempt.process} is gone")
    if now - last > attempt.lease_minutes * 60:
        silent = f"the run {attempt.run} gave no sign of life after {moment(last)}"
        return Death("died", seconds, f"{silent}, for longer than its lease of {attempt.lease_minutes:g} minutes")
    return None


def last_sign(client: "MlflowClient", attempt: Attempt) -> float:
    """Return when an attempt last gave a sign of life, in seconds since the epoch.

    Raises:
        Unavailable: the server does not answer.

    """
    with answering():
        steps = steps_of(client, attempt)
    return max([attempt.time, *(sign for run in steps for sign in _signs(run))])


def steps_of(client: "MlflowClient", attempt: Attempt) -> list["Run"]:
    """Return the last MLflow run of each of the attempt's steps; what lies between them and the pipeline's is KFP's."""
    found: list[Run] = []
    parents, waiting = {attempt.mlflow_run}, [attempt.mlflow_run]
    while waiting:
        children = client.search_runs([attempt.experiment], f"tags.`{PARENT_TAG}` = '{waiting.pop()}'")
        found += children
        waiting += [child.info.run_id for child in children]
        parents |= {child.data.tags[PARENT_TAG] for child in children}
    steps = sorted((run for run in found if run.info.run_id not in parents), key=lambda run: run.info.start_time)
    return list({_task(run, attempt): run for run in steps}.values())


def _task(run: "Run", attempt: Attempt) -> str:
    """Return what tells the task that a run is of from others.

    Right below the pipeline's run a step that is tried again may open another run of its name. What lies deeper KFP's
    plugin has made: one a task, and all rounds of a loop have one name.
    """
    deeper = run.data.tags[PARENT_TAG] != attempt.mlflow_run
    return str(run.info.run_id if deeper else run.info.run_name)


def _signs(run: "Run") -> list[float]:
    moments = (run.info.start_time, run.info.end_time, run.data.tags.get(ATTEMPTED))
    return [float(moment) / 1000 for moment in moments if moment]
