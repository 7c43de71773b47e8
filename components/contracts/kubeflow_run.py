"""One MLflow run for a whole run of Kubeflow Pipelines where no plugin of KFP makes it: the steps make it themselves.

MLflow knows no unique tag, so two steps that start at once may make one each. The older counts: whichever step looks
next deletes the other and hangs what lies below it under the older one. All that the steps make carries KFP's run, in
the tag in which KFP's own plugin puts it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PARENT_TAG = "mlflow.parentRunId"
KFP_RUN_TAG = "kfp.pipeline_run_id"


def open_step(client: "MlflowClient", experiment: str, kfp_run: str, name: str) -> tuple[str, str]:
    """Return the MLflow run of a step of `kfp_run`, and the run of the whole that it lies below; both are running.

    A step that is tried again goes on with the run of its first attempt.
    """
    whole, steps = _tree(client, experiment, kfp_run)
    if whole is None:
        client.create_run(experiment, run_name=f"kubeflow {kfp_run}", tags={KFP_RUN_TAG: kfp_run})
        return open_step(client, experiment, kfp_run, name)
    earlier = next((run for run in steps if run.info.run_name == name), None)
    for run in (whole, earlier):
        if run and run.info.status != "RUNNING":
            client.update_run(run.info.run_id, status="RUNNING")
    if earlier is None:
        tags = {PARENT_TAG: whole.info.run_id, KFP_RUN_TAG: kfp_run}
        earlier = client.create_run(experiment, run_name=name, tags=tags)
    return earlier.info.run_id, whole.info.run_id


def end_step(client: "MlflowClient", experiment: str, kfp_run: str, run_id: str, status: str) -> None:
    """End a step's run, and the run of the whole unless another step still runs; one that failed is enough to fail it.

    No step knows that it is the last, so between two steps the whole is shown as finished.
    """
    client.set_terminated(run_id, status)
    whole, steps = _tree(client, experiment, kfp_run)
    reached = {run.info.status for run in steps}
    if whole and "RUNNING" not in reached:
        worst = next(status for status in ("FAILED", "KILLED", "FINISHED") if status in reached)
        client.set_terminated(whole.info.run_id, worst)


def _tree(client: "MlflowClient", experiment: str, kfp_run: str) -> tuple["Run | None", list["Run"]]:
    """Return the run of the whole, if there is one yet, and those of its steps, after putting right what is double."""
    found = client.search_runs([experiment], f"tags.`{KFP_RUN_TAG}` = '{kfp_run}'")
    steps = [run for run in found if PARENT_TAG in run.data.tags]
    wholes = [run for run in found if PARENT_TAG not in run.data.tags]
    if not wholes:
        return None, steps
    whole, *doubles = sorted(wholes, key=lambda run: (run.info.start_time, run.info.run_id))
    for step in steps:
        if step.data.tags[PARENT_TAG] != whole.info.run_id:
            client.set_tag(step.info.run_id, PARENT_TAG, whole.info.run_id)
    for double in doubles:
        client.delete_run(double.info.run_id)
    return whole, steps
