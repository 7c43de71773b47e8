"""Tasks of a run on this machine as containers, restricted as a cluster restricts them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from docker import DockerClient, from_env
from docker.errors import APIError, DockerException, ImageNotFound
from docker.types import Mount

from components.contracts.faults import Fault, Unavailable
from pipelines.home import RunFolder, home

if TYPE_CHECKING:
    from kfp.local import DockerRunner

LABEL = "bessemer.run"
PASSED_ON = ("AWS_", "BESSEMER_", "HF_", "HTTPS_PROXY", "HTTP_PROXY", "MLFLOW_", "NO_PROXY")
"""How the names of those variables begin that a task finds in its container too."""


def docker_runner(run: RunFolder, sources: list[str]) -> "DockerRunner":
    """Return what makes kfp.local run each task in a container.

    The container sees the home folder, where inputs and outputs lie, and may only read the working folder and the local
    `sources`. It has the network of this machine, because an MLflow server may be at a loopback address.
    """
    from kfp.local import DockerRunner

    readable = {Path.cwd(), *(path.absolute() for path in map(Path, sources) if path.exists())}
    mounts = [Mount(str(path), str(path), type="bind", read_only=True) for path in sorted(readable)]
    return DockerRunner(
        user=f"{os.getuid()}:{os.getgid()}",  # whose home folder it writes to
        read_only=True,
        tmpfs={"/tmp": "mode=1777,exec"},  # noqa: S108 - the container's own; exec for what compiles at run time
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        init=True,
        network_mode="host",
        labels={LABEL: run.id},
        environment=passed_on(os.environ),
        mounts=[*mounts, Mount(str(home()), str(home()), type="bind")],
        working_dir=str(Path.cwd()),
    )


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a task in a container finds as well: where servers are, and how to sign in."""
    return {name: value for name, value in environment.items() if name.upper().startswith(PASSED_ON)}


def check_images(names: set[str]) -> None:
    """See that the engine runs and has every image.

    Raises:
        Unavailable: the engine does not answer, or an image is missing.

    """
    with engine() as docker:
        missing = [name for name in sorted(names) if not _has(docker, name)]
    if missing:
        raise Unavailable(Fault(f"the image {name}", "none", "one that is built", "make images") for name in missing)


def _has(docker: DockerClient, name: str) -> bool:
    try:
        docker.images.get(name)
    except ImageNotFound:
        return False
    return True


def send(signal: Literal["SIGINT", "SIGKILL"], run_id: str) -> None:
    """Send `signal` to the containers of a run that are still there; an engine that does not answer has none."""
    with suppress(Unavailable), engine() as docker:
        for container in docker.containers.list(filters={"label": f"{LABEL}={run_id}"}, ignore_removed=True):
            with suppress(APIError):  # it has ended meanwhile
                container.kill(signal)


@contextmanager
def engine() -> Iterator[DockerClient]:
    """Yield a client of the engine that DOCKER_HOST names, or of this machine's.

    Raises:
        Unavailable: it does not answer.

    """
    try:
        docker = from_env()
        docker.ping()
    except DockerException as error:
        way_out = "Start it, or let DOCKER_HOST name another; without --runner docker none is needed."
        raise Unavailable(Fault("the Docker engine", str(error)[:200], "an answer", way_out)) from None
    try:
        yield docker
    finally:
        docker.close()
