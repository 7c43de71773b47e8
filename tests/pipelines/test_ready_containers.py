"""Containers that wait for a task: it finds all that `docker run` would give it, and none of them outlives its run."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from docker import DockerClient

from pipelines.containers import LABEL
from pipelines.fork_server import IMPORTS
from pipelines.images import START
from pipelines.ready_containers import AT_ONCE, ReadyContainers

pytestmark = pytest.mark.slow

RUN = "ready-containers"
ARGUMENTS = {"labels": {LABEL: RUN}, "read_only": True, "tmpfs": {"/tmp": ""}, "environment": {"FROM": "the start"}}
SOURCE = """
def select_candidate(number: int) -> str:
    import os, sys
    print("has", os.environ["FROM"], os.environ["MORE"], "mlflow" in sys.modules)
    return str(2 * number)

def resolve_registry(number: int) -> str:
    return str(number)
"""


def command(function: str) -> list[str]:
    asked = {
        "inputs": {"parameterValues": {"number": 21}},
        "outputs": {"parameters": {"Output": {"outputFile": "/tmp/number"}}, "outputFile": "/tmp/output.json"},
    }
    given = ["--executor_input", json.dumps(asked), "--function_to_execute", function]
    return ["python3", "-c", START, SOURCE, *given]


def there(docker: DockerClient) -> set[str]:
    return {each.id for each in docker.containers.list(filters={"label": f"{LABEL}={RUN}"}, ignore_removed=True)}


def gone(docker: DockerClient, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while there(docker) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not there(docker)


@pytest.fixture
def ready(docker: DockerClient, images: dict[str, str]) -> Iterator[ReadyContainers]:
    """Yield containers for two steps of the selection's and two of the report's."""
    coming = [images[room] for room in ("selection", "reporting", "selection", "reporting")]
    containers = ReadyContainers(coming, IMPORTS["build_model"], ARGUMENTS)
    containers.start(docker)
    yield containers
    containers.stop()
    assert gone(docker)


def run(ready: ReadyContainers, docker: DockerClient, image: str, function: str) -> tuple[str, str, int]:
    """Return the id of the container, what it said and its exit code."""
    more: dict[str, Any] = {**ARGUMENTS, "environment": {"FROM": "the task", "MORE": "of it"}}
    task = ready.run(docker, image, command(function), detach=True, auto_remove=True, **more)
    said = b"".join(task.logs(stream=True))
    return str(task.container.id), said.decode(), len(there(docker) - {task.container.id})


def test_a_task_finds_its_container_ready_and_the_next_ones_are_started(
    ready: ReadyContainers,
    docker: DockerClient,
    images: dict[str, str],
) -> None:
    before = there(docker)
    assert len(before) == AT_ONCE
    taken, said, waiting = run(ready, docker, images["selection"], "select_candidate")
    assert taken in before
    assert "has the task of it True" in said
    assert "Wrote executor output file" in said
    assert waiting == AT_ONCE
    again, _, waiting = run(ready, docker, images["selection"], "select_candidate")
    assert again not in {taken, *before}
    assert waiting == AT_ONCE


def test_what_only_looks_something_up_takes_none(
    ready: ReadyContainers,
    docker: DockerClient,
    images: dict[str, str],
) -> None:
    before = there(docker)
    taken, said, _ = run(ready, docker, images["selection"], "resolve_registry")
    assert taken not in before
    assert "Wrote executor output file" in said
    assert there(docker) == before


def test_a_task_that_nobody_waits_for_has_a_container_of_its_own(
    docker: DockerClient,
    images: dict[str, str],
) -> None:
    containers = ReadyContainers([images["selection"]], IMPORTS["build_model"], ARGUMENTS)
    _, said, waiting = run(containers, docker, images["selection"], "select_candidate")
    assert "Wrote executor output file" in said
    assert waiting == 0  # what it would have waited for is done


def test_what_cannot_be_started_ahead_is_left_to_its_task(docker: DockerClient, images: dict[str, str]) -> None:
    coming = ["bessemer/selection:never-built", images["selection"]]
    containers = ReadyContainers(coming, IMPORTS["build_model"], ARGUMENTS)
    containers.start(docker)
    assert len(there(docker)) == 1
    containers.stop()
    assert gone(docker)


def test_one_that_was_killed_meanwhile_is_not_waited_for(
    ready: ReadyContainers, docker: DockerClient, images: dict[str, str]
) -> None:
    for identity in there(docker):
        docker.containers.get(identity).kill()
    assert gone(docker)
    _, said, _ = run(ready, docker, images["selection"], "select_candidate")
    assert "Wrote executor output file" in said


def test_those_that_wait_end_with_the_process_that_started_them(
    docker: DockerClient,
    images: dict[str, str],
) -> None:
    code = (
        "import json, sys, time, docker\n"
        "from pipelines.fork_server import IMPORTS\n"
        "from pipelines.ready_containers import ReadyContainers\n"
        "coming, arguments = map(json.loads, sys.argv[1:])\n"
        "ReadyContainers(coming, IMPORTS['build_model'], arguments).start(docker.from_env())\n"
        "print('started', flush=True)\n"
        "time.sleep(600)"
    )
    given = [json.dumps([images["selection"]] * 2), json.dumps(ARGUMENTS)]
    with subprocess.Popen([sys.executable, "-c", code, *given], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        assert len(there(docker)) == 2
        process.send_signal(signal.SIGKILL)
    assert gone(docker)
