"""Lets kfp.local's tasks be forks of processes that have imported what tasks need."""

import importlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager
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
LONG_IMPORTS = {
    "great-expectations": {"validate_data"},
    "torch": {"fine_tune", "compress_model", "evaluate_candidate", "components.evaluation.measure"},
}
"""What has a server of its own, so that nothing else waits for what it imports."""
LIGHT = "light"


@contextmanager
def forking_tasks(pipeline: str, all_will_work: bool = False) -> Iterator[None]:
    """Let kfp.local's tasks be forks of servers that start here, where forking is safe after such imports: on Linux.

    What takes long to import has a server of its own. All are forks of this process, which needs MLflow too, for the
    run around the tasks.

    Args:
        pipeline: the graph whose tasks they are.
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
        until, done = Pipe(duplex=False)
        stack.callback(done.close)
        inboxes = {name: Pipe(duplex=False) for name in (LIGHT, *LONG_IMPORTS)}
        imports = IMPORTS[pipeline]
        light = set(imports).difference(*LONG_IMPORTS.values())
        listeners = {name: listen(folder, name) for name in inboxes}
        servers = []
        for name, (inbox, _) in inboxes.items():
            others = [outbox for other, (_, outbox) in inboxes.items() if other != name]
            mine = LONG_IMPORTS.get(name, light)
            served = [listeners[name], until, imports, mine, inbox, others, all_will_work]
            servers.append(get_context("fork").Process(target=_become, args=[done, listeners, name, *served]))
        for server in servers:
            server.start()
        until.close()
        _close_all_but("", listeners)  # so that nobody waits for a server that is gone
        sys.executable = os.environ[QUICK_PYTHON] = _program(folder)
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


def _program(folder: Path) -> str:
    """Write what kfp.local starts in the place of `python`: the client of the server that a task belongs to."""
    belongs = [f"{'|'.join(sorted(words))}) server={name};;" for name, words in LONG_IMPORTS.items()]
    choice = f'for word in "$@"; do case $word in {" ".join(belongs)} esac; done'
    return client_of(folder, '"$server"', f"server={LIGHT}", choice)


def client_of(folder: Path, server: str, *before: str) -> str:
    """Write a program that stands in for `python`: the client of a server whose socket lies in `folder`.

    Args:
        folder: where the program goes too.
        server: the server's name, as a shell's word.
        before: what a shell does first.

    """
    place = folder / "python"
    lines = [
        "#!/bin/sh",
        "trap '' INT",  # Ctrl-C reaches the task itself; the client waits for what comes of it
        *before,
        f'exec {quote(sys.executable)} -ES {quote(str(CLIENT))} {quote(str(folder))}/{server} "$@"',
    ]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    place.chmod(0o700)
    return str(place)


def listen(folder: Path, name: str) -> socket.socket:
    """Return a socket named `name` in `folder` that clients may come to."""
    listener = socket.socket(socket.AF_UNIX)
    with chdir(folder):  # a socket's path may be no longer than 107 bytes, and TMPDIR's may
        listener.bind(name)
    listener.listen()
    return listener


def _close_all_but(name: str, listeners: Mapping[str, socket.socket]) -> None:
    for other, listener in listeners.items():
        if other != name:
            listener.close()


def _become(done: Connection, listeners: Mapping[str, socket.socket], name: str, *served: Any) -> None:
    """Serve in a fork of the process that runs the pipeline."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the forks by themselves
    done.close()  # its other end is the one that counts
    _close_all_but(name, listeners)
    os.environ["_KFP_RUNTIME"] = "true"  # kfp imports a small part of itself then
    serve(*served)
