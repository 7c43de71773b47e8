"""The table that a local run ends with, for a run on Kubeflow: from what the run left in MLflow.

Kubeflow's API names no artifact of a task (`outputs` of its task details is always empty), and the bucket behind it is
nothing that who submits has a key to. MLflow has the choice as the selection logged it, and the version as it stands.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding

from components.contracts.address import without_password
from components.contracts.choice import Choice
from components.contracts.faults import Refusal
from components.contracts.folders import read_manifest
from components.contracts.kubeflow_run import PARENT_TAG
from components.contracts.registration import Registration
from components.contracts.tracking import answering, connect
from pipelines.result import candidates_table, further, reasons

if TYPE_CHECKING:
    from mlflow import MlflowClient

_CHOICE = f"choice/{Choice.FILE}"


def show(run: Any, console: Console) -> None:
    """Print the table of a run that has ended, or a sentence that says why there is none here."""
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        console.print("Set MLFLOW_TRACKING_URI to Kubeflow's MLflow server to see the candidates here.", style="dim")
        return
    try:
        with answering():
            client = connect()
            registration = find_registration(client, run.run_id)
            holder = registration.run_id if registration else find_selection(client, run)
            choice = read_choice(client, holder) if holder else None
    except Refusal as refusal:  # how the run ended is known all the same
        console.print(str(refusal), style="dim")
        return
    if choice is None:
        console.print(
            "This run left no choice in MLflow: it did not get there, or all of it was unchanged.", style="dim"
        )
        return
    console.print(candidates_table(choice))
    console.print(Padding(reasons(choice), (0, 0, 1, 2)))
    if registration:
        console.print(further(registration))


def find_registration(client: "MlflowClient", run_id: str) -> Registration | None:
    """Return what a run of Kubeflow registered, or None."""
    versions = client.search_model_versions(f"tags.`pipeline_run` = '{run_id}'")
    if not versions:
        return None
    version = client.get_model_version(versions[0].name, versions[0].version)  # a search leaves out the aliases
    run_id = version.run_id or ""
    return Registration(
        name=version.name,
        version=int(version.version),
        alias=", ".join(version.aliases) or "none any more",
        model_uri=f"models:/{version.name}/{version.version}",
        run_id=run_id,
        tracking_uri=without_password(client.tracking_uri),
        recipe=version.tags["recipe"],
        tags=version.tags,
        measured=client.get_run(run_id).data.metrics,
    )


def find_selection(client: "MlflowClient", run: Any) -> str:
    """Return the id of the MLflow run of a selection that chose nothing, below the run that Kubeflow's plugin made."""
    output = (run.plugins_output or {}).get("mlflow")
    entries = {name: entry.value for name, entry in (output.entries or {}).items()} if output else {}
    if not entries.keys() >= {"experiment_id", "root_run_id"}:
        return ""
    below = f"tags.`{PARENT_TAG}` = '{entries['root_run_id']}' and tags.chosen = 'none'"
    found = client.search_runs([entries["experiment_id"]], below)
    return str(found[0].info.run_id) if found else ""


def read_choice(client: "MlflowClient", run_id: str) -> Choice:
    """Return the choice that a run of MLflow holds.

    Raises:
        BadInput: another version of Bessemer wrote it.

    """
    with TemporaryDirectory() as folder:
        return read_manifest(Path(client.download_artifacts(run_id, _CHOICE, folder)).parent, Choice)
