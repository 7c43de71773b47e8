"""Runs the graph on this machine: kfp.local with a process or a container a task, its cache, and an MLflow run around.

This is a process of its own (`python -m pipelines.local RUN_FOLDER`): what libraries print goes to the run's log, what
steps have to say goes to the run's events, and `pipelines.watch` shows the latter.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.contracts.events import EVENTS, tell
from components.contracts.faults import Refusal
from components.contracts.folders import write_text_whole
from components.contracts.garbage import collect_rarely
from components.contracts.process import PROCESS, identity
from components.contracts.step import DEFECT_EXIT_CODE
from components.contracts.tracking import answering, experiment_named, experiment_of
from pipelines.empty_database import begin_database
from pipelines.fingerprint import code_revision
from pipelines.fork_server import IMPORTS
from pipelines.forking import forking_tasks
from pipelines.home import RunFolder, database, home, tracking_uri
from pipelines.jobs import graph_of
from pipelines.steps import LOOKUPS, EventReader
from pipelines.warm import warm_python

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

BROKE_OFF = 1
"""A task failed: what it told has the exit code of the whole run."""
INTERRUPTED = 130


def main(run_path: str) -> int:
    """Run what the folder's request asks for; return the exit code that tells how it ended."""
    collect_rarely()
    run = RunFolder(Path(run_path))
    request = json.loads(run.request.read_text(encoding="utf-8"))
    os.environ.update(_environment(run))
    pipeline, title, arguments = request["pipeline"], request["title"], request["arguments"]
    try:
        if request["runner"] == "docker":
            with _pipeline_run(title, run):
                _run_in_containers(request, run)
        else:
            all_will_work = not _cache().exists()
            with (
                warm_python(pipeline, all_will_work),  # first, so that it imports while this process does
                forking_tasks(pipeline, all_will_work),
                _pipeline_run(title, run),
            ):
                _run_in_processes(pipeline, arguments, run)
    except Refusal as refusal:
        _tell_failure([str(fault) for fault in refusal.faults], refusal.exit_code, defect=False)
        return refusal.exit_code
    except RuntimeError as error:
        print(error, file=sys.stderr)  # kfp says only which task failed; the task has told why
        return BROKE_OFF
    except KeyboardInterrupt:
        tell("interrupted", room="", detail="")
        return INTERRUPTED
    except Exception as error:
        traceback.print_exc()
        _tell_failure([f"{type(error).__name__}: {error}"], DEFECT_EXIT_CODE, defect=True)
        return DEFECT_EXIT_CODE
    return 0


def _tell_failure(faults: list[str], exit_code: int, defect: bool) -> None:
    """Tell what failed outside of any room."""
    tell("failed", room="", detail="", faults=faults, defect=defect, exit_code=exit_code)


def _environment(run: RunFolder) -> dict[str, str]:
    """Return what the rooms find in their environment, as they would in a pod."""
    default = {
        "BESSEMER_CHECKPOINTS": str(home() / "checkpoints"),
        "BESSEMER_GIT_REVISION": code_revision(),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    }
    return {
        **{name: os.environ.get(name, value) for name, value in default.items()},
        EVENTS: str(run.events),
        "BESSEMER_RUN_ID": run.id,
        PROCESS: identity(os.getpid()),
        "MLFLOW_TRACKING_URI": tracking_uri(),
    }


@contextmanager
def _pipeline_run(title: str, run: RunFolder) -> Iterator[None]:
    """Open the MLflow run of the whole pipeline, name it to the steps, and end it as they end.

    A run that MLFLOW_RUN_ID names already is joined instead, and left for its owner to end.
    """
    from mlflow import MlflowClient

    if os.environ["MLFLOW_TRACKING_URI"] == f"sqlite:///{database()}":
        begin_database(database())
    given = os.environ.get("MLFLOW_RUN_ID")
    with answering():
        client = MlflowClient()
        if given:
            os.environ["MLFLOW_EXPERIMENT_ID"] = experiment_of(client, given)
    if given:
        yield
        return
    with answering():
        # without a server of its own MLflow would put artifacts below the working folder
        place = None if os.environ["MLFLOW_TRACKING_URI"].startswith("http") else str(home() / "artifacts")
        experiment_id = experiment_named(client, title, place)
        tags = {"bessemer.run": run.id, "mlflow.source.git.commit": os.environ["BESSEMER_GIT_REVISION"]}
        run_id = client.create_run(experiment_id, run_name=f"{title} {run.id}", tags=tags).info.run_id
    os.environ["MLFLOW_EXPERIMENT_ID"] = experiment_id
    os.environ["MLFLOW_RUN_ID"] = run_id
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        with answering():
            client.set_terminated(run_id, status)


def _cache() -> Path:
    return home() / "cache"


def _run_in_processes(pipeline: str, arguments: dict[str, Any], run: RunFolder) -> None:
    from kfp import local

    _run(graph_of(pipeline), arguments, local.SubprocessRunner(use_venv=False), run)


def _run_in_containers(request: dict[str, Any], run: RunFolder) -> None:
    from pipelines.containers import check_images, docker_runner
    from pipelines.images import images_of, in_images, references
    from pipelines.ready_containers import ReadyContainers, ready_containers

    graph = in_images(graph_of(request["pipeline"]), references())
    images = images_of(graph)
    check_images(set(images.values()))
    os.environ["BESSEMER_IMAGES"] = json.dumps(images)
    runner = docker_runner(run, request["sources"])
    coming = [images[room] for room, detail in request["steps"] if detail not in LOOKUPS]
    containers = ReadyContainers(coming, IMPORTS[request["pipeline"]], runner.container_run_args)
    with ready_containers(containers, all_will_work=not _cache().exists()):
        _run(graph, request["arguments"], runner, run)


def _run(graph: "GraphComponent", arguments: dict[str, Any], runner: Any, run: RunFolder) -> None:
    """Run the graph, and note what it put out.

    Raises:
        RuntimeError: a task failed.

    """
    from kfp import local

    local.init(runner, pipeline_root=str(home() / "pipeline"), enable_caching=True, cache_root=str(_cache()))
    outputs = graph(**arguments).outputs
    _raise_if_any_failed(run)
    values = {name: getattr(output, "path", output) for name, output in outputs.items()}
    write_text_whole(run.result, json.dumps(values, indent=2) + "\n")


def _raise_if_any_failed(run: RunFolder) -> None:
    """See that each step that began has finished: kfp.local takes a container that is gone too soon for a success."""
    open_steps = set()
    for event in EventReader(run.events):
        if event["event"] == "started":
            open_steps.add((event["room"], event["detail"]))
        elif event["event"] == "finished":
            open_steps.discard((event["room"], event["detail"]))
    if open_steps:
        raise RuntimeError(f"began and did not finish: {sorted(open_steps)}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
