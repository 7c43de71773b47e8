"""Containers that import what the next steps need while another step works: a step finds its container ready.

kfp.local runs one task after the other, and a container imports torch or MLflow afresh for longer than many a step
works. So containers of the steps to come are started ahead, as restricted as all others, and wait for their task at
their standard input. That ends with the process that runs the pipeline, whatever ends it, and they end with it.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, Literal

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from components.images import room_of
from pipelines.containers import engine

AT_ONCE = 2
"""How many wait or import at most; what a run has on a machine are two cores."""

WAIT = """\
import importlib, json, os, select, sys
from components.contracts.garbage import collect_rarely
from components.contracts.step import quiet_libraries
collect_rarely()
quiet_libraries()
for module in sys.argv[1:]:
    if select.select([0], [], [], 0)[0]:
        break
    try:
        importlib.import_module(module)
    except Exception:
        pass  # the task meets it again, and says it with the step's name
order = sys.stdin.readline()
if order:
    asked = json.loads(order)
    os.environ.update(asked["environment"])
    start, *sys.argv[1:] = asked["arguments"]
    exec(start, {"__name__": "__main__"})
"""


@dataclass(frozen=True)
class Ready:
    """A container that waits for its task."""

    container: Container
    stdin: Any

    def order(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Let it become the task that `python3 -c …`, the command, would be."""
        asked = {"arguments": command[2:], "environment": dict(environment)}
        stdin = getattr(self.stdin, "_sock", self.stdin)  # the library hands out what reads
        stdin.sendall(json.dumps(asked).encode() + b"\n")


@dataclass(frozen=True)
class Task:
    """What kfp.local asks of the container in which a task works."""

    container: Container
    heard: Sequence[Callable[[], None]] = ()
    """What is done once somebody hears what it says: a quick task is gone, with its log, before others are started."""

    def logs(self, stream: Literal[True]) -> Iterator[bytes]:
        """Return what it says, a part after the other, until it ends."""
        said: Iterator[bytes] = self.container.logs(stream=stream)
        for each in self.heard:
            each()
        return said

    def wait(self) -> dict[str, int]:
        """Return how it ended, once it has: `StatusCode`."""
        ended: dict[str, int] = self.container.wait()
        return ended


class ReadyContainers:
    """Hands out containers for tasks, and starts those of the steps to come."""

    def __init__(self, coming: Sequence[str], imports: Mapping[str, Sequence[str]], arguments: Mapping[str, Any]):
        """Start none yet.

        Args:
            coming: the image of each step that works, in the way of the data.
            imports: the modules that a component's work imports, by its name; others look something up, and no more.
            arguments: how each container is run.

        """
        self.coming = list(coming)
        self.imports = imports
        self.arguments = arguments
        self.waiting: dict[str, list[Ready]] = {image: [] for image in coming}

    def start(self, docker: DockerClient) -> None:
        """Start containers of the steps to come, as many as may wait."""
        while self.coming and sum(map(len, self.waiting.values())) < AT_ONCE:
            image = self.coming.pop(0)
            with suppress(APIError):  # the task meets it again in a container of its own
                self.waiting[image].append(self._wait_in(docker, image))

    def run(self, docker: DockerClient, image: str, command: Sequence[str], **arguments: Any) -> Task:
        """Return the container in which a task works, as `docker.containers.run` does."""
        if self.imports.keys().isdisjoint(command):
            return Task(docker.containers.run(image, command, **arguments))
        if ready := self._take(image):
            order = partial(ready.order, command, arguments["environment"])
            return Task(ready.container, [order, partial(self.start, docker)])
        if image in self.coming:
            self.coming.remove(image)
        return Task(docker.containers.run(image, command, **arguments), [partial(self.start, docker)])

    def stop(self) -> None:
        """End the containers that no task has asked for."""
        for ready in itertools.chain(*self.waiting.values()):
            with suppress(APIError):  # it has ended meanwhile
                ready.container.kill()

    def _take(self, image: str) -> Ready | None:
        waiting = self.waiting.get(image, [])
        while waiting:
            ready = waiting.pop(0)
            with suppress(NotFound):  # it was killed meanwhile
                ready.container.reload()
                if ready.container.status == "running":
                    return ready
        return None

    def _wait_in(self, docker: DockerClient, image: str) -> Ready:
        room = f"components.{room_of(image)}."
        works = [names for names in self.imports.values() if any(name.startswith(room) for name in names)]
        modules = dict.fromkeys(["kfp.dsl.executor", *itertools.chain(*works)])
        command = ["python3", "-c", WAIT, *modules]
        container = docker.containers.create(image, command, stdin_open=True, auto_remove=True, **self.arguments)
        try:
            stdin = container.attach_socket(params={"stdin": 1, "stream": 1})
            container.start()
        except BaseException:  # an interrupt too: one that never starts never removes itself
            container.remove(force=True)
            raise
        return Ready(container, stdin)


@contextmanager
def ready_containers(containers: ReadyContainers, all_will_work: bool) -> Iterator[None]:
    """Let kfp.local's tasks find containers that wait for them.

    Args:
        containers: which those are.
        all_will_work: whether nothing can be cached, so that they need not wait for the first task that works.

    """
    from kfp.local import docker_task_handler

    kfps_own = docker_task_handler.run_docker_container

    def run(client: DockerClient, **task: Any) -> int:
        handing_out = SimpleNamespace(run=partial(containers.run, client))
        return int(kfps_own(client=SimpleNamespace(images=client.images, containers=handing_out), **task))

    with engine() as docker:
        docker_task_handler.run_docker_container = run
        try:
            if all_will_work:
                containers.start(docker)
            yield
        finally:
            docker_task_handler.run_docker_container = kfps_own
            containers.stop()
