"""What stands in a registry, and which runs ask, for tests of retraining."""

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from mlflow import MlflowClient

from components.contracts.folders import write_manifest
from components.contracts.process import identity
from components.contracts.promotion import GATE
from components.contracts.registration import Registration
from components.contracts.tracking import experiment_named
from components.retraining.begin import Here
from components.retraining.record import Attempt, End, How

NAME = "sentiment"
DATA, OTHER_DATA = "1" * 32, "2" * 32
HOUR, DAY = 3600.0, 86400.0
NOW = 1_800_000_000.0


def register(
    client: MlflowClient, data_md5: str = DATA, run: str = "an earlier run", name: str = NAME, candidate: str = ""
) -> str:
    """Add a version to the registry, of a candidate of its own unless one is named, and return its number."""
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    tags = {"data_md5": data_md5, "pipeline_run": run, "candidate_sha256": candidate or secrets.token_hex(32)}
    return str(client.create_model_version(name, "s3://models/m-1", tags=tags).version)


def judge(client: MlflowClient, version: str, name: str = NAME) -> None:
    """Leave what the gate leaves on a version."""
    client.set_model_version_tag(name, version, GATE, "passed: It is not worse than the champion.")


def registration(client: MlflowClient, folder: Path, version: str, name: str = NAME) -> Path:
    """Write the contract that registration leaves of a version."""
    tags = client.get_model_version(name, version).tags
    place = f"models:/{name}/{version}"
    folder.mkdir()
    write_manifest(folder, Registration(name, int(version), "challenger", place, "r", "", "int8-dynamic", tags, {}))
    return folder


def run_of_pipeline(client: MlflowClient, name: str, process: str = "") -> Here:
    """Open the MLflow run of a whole pipeline, and return who asks in it: this process unless another is named."""
    experiment = experiment_named(client, "pipelines")
    run_id = client.create_run(experiment, run_name=name).info.run_id
    return Here(name, process or identity(os.getpid()), run_id, experiment)


def dead_process() -> str:
    """Return a process of this machine that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    process = identity(ended.pid)
    ended.wait()
    return process


def attempt(began: float, how: How | None = None, hours: float = 1.0, why: str = "", data_md5: str = DATA) -> Attempt:
    """Return a retraining as it stands in the record; one that is under way where no end is named."""
    number = int(began)
    end = End(began + hours * HOUR, how, hours * HOUR, why) if how else None
    return Attempt(number, began, f"run {number}", "", "", "", 60, "its age", data_md5, end=end)


def step_of(
    client: MlflowClient, here: Here, name: str, status: str = "FINISHED", *faults: str, began: float = 0
) -> str:
    """Leave what a step of the pipeline leaves in MLflow, and return its run; it began now unless told otherwise."""
    tags = {"mlflow.parentRunId": here.mlflow_run}
    if faults:
        tags["bessemer.faults"] = json.dumps(faults)
    when = int((began or time.time()) * 1000)
    run_id = str(client.create_run(here.experiment, start_time=when, run_name=name, tags=tags).info.run_id)
    if status != "RUNNING":
        client.set_terminated(run_id, status, end_time=when)
    return run_id
