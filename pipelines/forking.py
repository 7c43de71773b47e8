"""Lets kfp.local's tasks be forks of processes that have imported what tasks need."""

import importlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any

from components.contracts.step import quiet_libraries
from components.evaluation.worker import QUICK_PYTHON
from pipelines.fork_server import IMPORTS, TRACKING, serve

CLIENT = Path(__file__).with_name("fork_client.py")
WITH_TORCH = {"fine_tune", "compress_model", "evaluate_candidate"}
MEASURING = "components.evaluation.measure"
"""The module of the torch model that is timed beside a candidate."""


@contextmanager
def forking_tasks(all_will_work: bool = False) -> Iterator[None]:
    """Let kfp.local's tasks be forks of servers that start here, where forking is safe after such imports: on Linux.

    There are two, so that torch is imported beside Great Expectations and not after it. Both are forks of this process,
    which needs MLflow too, for the run around the tasks.

    Args:
        all_will_work: whether nothing can be cached, so that they need not wait for the first task that works.

    """
    if sys.platform != "linux":
        yield
        return
    quiet_libraries()
    for module in TRACKING:
        importlib.import_module(module)
    python = sys.executable
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bessemer-")))
        light, heavy = folder / "light", folder / "torch"
        until, done = Pipe(duplex=False)
        one, other = Pipe()
        servers = []
        for address, components, peer in ((light, set(IMPORTS) - WITH_TORCH, one), (heavy, WITH_TORCH, other)):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(address))
            listener.listen()
            served = [listener, until, components, peer, all_will_work]
            servers.append(get_context("fork").Process(target=_become, args=[done, *served]))
        for server in servers:
            server.start()
        until.close()
        sys.executable = os.environ[QUICK_PYTHON] = _program(folder / "python", light, heavy)
        try:
            yield
        except KeyboardInterrupt:
            done.close()
            for server in servers:
                server.join()  # until the tasks have ended, which were interrupted too
            raise
        finally:
            sys.executable = python
            del os.environ[QUICK_PYTHON]
            for server in servers:
                server.kill()
                server.join()
            done.close()


def _program(place: Path, light: Path, heavy: Path) -> str:
    """Write what kfp.local starts in the place of `python`: the client of the server that a task belongs to."""
    belongs_to_heavy = "|".join(sorted({*WITH_TORCH, MEASURING}))
    lines = [
        "#!/bin/sh",
        "trap '' INT",  # Ctrl-C reaches the task itself; the client waits for what comes of it
        f"server={quote(str(light))}",
        f'for word in "$@"; do case $word in {belongs_to_heavy}) server={quote(str(heavy))};; esac; done',
        f'exec {quote(sys.executable)} -ES {quote(str(CLIENT))} "$server" "$@"',
    ]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    place.chmod(0o700)
    return str(place)


def _become(done: Connection, *served: Any) -> None:
    """Serve in a fork of the process that runs the pipeline."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the forks by themselves
    done.close()  # its other end is the one that counts
    os.environ["_KFP_RUNTIME"] = "true"  # kfp imports a small part of itself then
    serve(*served)
