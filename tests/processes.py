"""Processes for tests, forked from one that has imported what most of them need: that takes longer than their work."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(
    [
        "mlflow.pyfunc",
        "mlflow.store.tracking.sqlalchemy_store",
        "components.registration.register",
        "components.promotion.promote",
        "components.fine_tuning.tune",
    ]
)


def start(
    target: Callable[..., object], *arguments: object, stderr: Path | None = None, **environment: str
) -> ForkServerProcess:
    """Start a process that calls `target`, under this one's environment with what `environment` says.

    Args:
        target: a function of a module, and
        arguments: its arguments.
        stderr: a file that takes what the process writes there.
        environment: more variables.

    """
    beginning = [target, arguments, {**os.environ, **environment}, Path.cwd(), stderr]
    process = FORKED.Process(target=_begin, args=beginning)
    process.start()
    return process


def _begin(
    target: Callable[..., object],
    arguments: tuple[object, ...],
    environment: dict[str, str],
    folder: Path,
    stderr: Path | None,
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if stderr:
        with stderr.open("wb") as file:
            os.dup2(file.fileno(), 2)
    target(*arguments)
