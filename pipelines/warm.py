"""A process that imports what a torch model needs, and becomes the first task that asks: its memory is all its own."""

import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory

from components.contracts.garbage import collect_rarely
from components.contracts.step import quiet_libraries
from components.evaluation.worker import WARM_PYTHON
from pipelines.fork_client import ONCE
from pipelines.fork_server import IMPORTS, accept, import_ahead, run
from pipelines.forking import client_of, listen

_TORCH_MODEL = ["components.evaluation.torch_classifier", "transformers.modeling_layers"]


@contextmanager
def warm_python(pipeline: str, all_will_work: bool) -> Iterator[None]:
    """Let the first torch model whose memory is measured find a process that has imported torch meanwhile.

    Args:
        pipeline: the graph; only some measure such models.
        all_will_work: whether nothing can be cached, so that one will be measured.

    """
    if sys.platform != "linux" or not all_will_work or "evaluate_candidate" not in IMPORTS[pipeline]:
        yield
        return
    quiet_libraries()
    with TemporaryDirectory(prefix="bessemer-") as path:
        until, done = Pipe(duplex=False)
        with listen(Path(path), ONCE) as listener:
            process = get_context("spawn").Process(target=become_the_first, args=[listener, until])
            process.start()
        until.close()
        os.environ[WARM_PYTHON] = client_of(Path(path), ONCE)
        try:
            yield
        finally:
            del os.environ[WARM_PYTHON]
            done.close()
            process.kill()
            process.join()


def become_the_first(listener: socket.socket, until: Connection) -> None:
    """Become the task of the first client that comes, tell it how that ended, and end; or when `until` ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the task
    collect_rarely()
    for module in _TORCH_MODEL:
        import_ahead(module)
    if until in wait([listener, until]):
        return
    with listener:
        arrived = accept(listener)
    if arrived:
        task, client = arrived
        code = 1
        try:
            run(task)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except Exception:  # as an interpreter ends: with the traceback in the log before anybody is told
            traceback.print_exc()
        with client, suppress(OSError):  # a client that is gone needs no answer
            client.sendall(str(code).encode())
