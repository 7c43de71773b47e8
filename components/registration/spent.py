"""How long the steps of a run took, as their runs in MLflow say."""

from collections import defaultdict
from collections.abc import Iterator

from mlflow import MlflowClient
from mlflow.entities import Run

from components.contracts.kubeflow_run import PARENT_TAG
from components.contracts.tracking import StepRun, answering


def seconds_spent(run: StepRun) -> dict[str, float]:
    """Return the wall time of each step that has ended below the pipeline's run, in seconds, the first one first.

    Where KFP's plugin makes the runs, all rounds of a loop have one name, and are added up. A step that was unchanged
    worked below an earlier run, and is not among them.

    Raises:
        Unavailable: the tracking server does not answer.

    """
    if run.client is None:
        return {}
    with answering():
        ended = [each.info for each in _below(run.client, run.experiment_id, run.parent_id) if each.info.end_time]
    spent: dict[str, float] = defaultdict(float)
    for info in sorted(ended, key=lambda info: info.start_time):
        spent[info.run_name] += (info.end_time - info.start_time) / 1000
    return dict(spent)


def _below(client: MlflowClient, experiment: str, parent: str) -> Iterator[Run]:
    """Yield the runs below a run that have none below themselves: between them lie KFP's loops."""
    for run in client.search_runs([experiment], f"tags.`{PARENT_TAG}` = '{parent}'"):
        inside = list(_below(client, experiment, run.info.run_id))
        yield from inside or [run]
