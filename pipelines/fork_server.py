"""A process that imports what tasks need, once a run, and forks itself for each task that asks.

kfp.local starts an interpreter a task, and importing torch, transformers and MLflow takes longer there than the work of
many a task. So tasks are started by `fork_client.py` instead, which asks here, hands over its arguments, folder,
environment and standard streams, and ends as its task ends. What a task finds is what a fresh `python` would give it:
it runs under its own environment in a process of its own, and leaves nothing behind in this one.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from components.compression.config import RECIPES

TRACKING = ["mlflow", "mlflow.store.tracking.sqlalchemy_store"]
_DATA = {"ingest_data": [*TRACKING, "components.data_ingestion.ingest"]}
_BUILD = {
    **_DATA,
    "ingest_model": [*TRACKING, "components.model_ingestion.ingest"],
    "validate_data": [*TRACKING, "components.data_validation.validate"],
    "fine_tune": [*TRACKING, "components.fine_tuning.tune"],
    "compress_model": [*TRACKING, "components.compression.compress", *RECIPES.values()],
    "evaluate_candidate": [*TRACKING, "components.evaluation.evaluate", "components.evaluation.torch_classifier"],
    "select_candidate": [*TRACKING, "components.selection.select"],
    "report_run": [*TRACKING, "components.reporting.report"],
    "register_model": [*TRACKING, "mlflow.pyfunc", "components.registration.register"],
}
_PROMOTE = {
    **_DATA,
    "fetch_contenders": [*TRACKING, "components.promotion.fetch"],
    "compare_contenders": [*TRACKING, "components.evaluation.compare"],
    "decide_promotion": [*TRACKING, "components.gating.decide"],
    "promote_model": [*TRACKING, "components.promotion.promote"],
}
_RETRAIN = {
    "check_reason": [*TRACKING, "components.retraining.check"],
    **_BUILD,
    "name_version": [*TRACKING, "components.retraining.end"],
    **_PROMOTE,
    "end_retraining": [*TRACKING, "components.retraining.end"],
}
_MONITOR = {
    "measure_drift": [*TRACKING, "components.drift_monitoring.monitor"],
    "announce_drift": [*TRACKING, "components.drift_monitoring.announce"],
}
IMPORTS: dict[str, Mapping[str, list[str]]] = {
    "build_model": _BUILD,
    "promote_model": _PROMOTE,
    "retrain_model": _RETRAIN,
    "monitor_model": _MONITOR,
}
"""What the work of each component of a graph imports, in the order of the way of the data.

The look-ups import next to nothing.
"""


@dataclass(frozen=True)
class Task:
    """What a client wants to run, as it would have been given to `python`."""

    arguments: list[str]
    """`-m`, the module, and its arguments."""
    folder: str
    environment: dict[str, str]
    streams: tuple[int, ...]
    """Descriptors of its standard input, output and error."""


def serve(
    listener: socket.socket,
    until: Connection,
    imports: Mapping[str, list[str]],
    mine: Set[str],
    inbox: Connection,
    others: Sequence[Connection],
    all_will_work: bool,
) -> None:
    """Fork for each client that comes and tell it how its fork ended, until `until` ends.

    Once a task has to work, those that follow it will: what they need is imported while this process is idle. A run
    of which everything is cached asks for look-ups alone, and imports nothing; a run of which a task has failed gets
    what it asks for, and nothing ahead.

    Args:
        listener: where clients come.
        until: a pipe that ends with the run.
        imports: what each component of the graph imports, in order.
        mine: the components that this server imports ahead for.
        inbox: where the servers of the other components tell which component works, or None for a failure.
        others: their inboxes.
        all_will_work: whether nothing can be cached, so that imports need not wait for the first task that works.

    """
    importlib.import_module("kfp.dsl.executor")
    forks: dict[int, tuple[BaseProcess, socket.socket]] = {}
    ahead = [module for name in imports if name in mine for module in imports[name]] if all_will_work else []
    all_is_well = True
    while True:
        came = wait([listener, until, inbox, *forks], timeout=0 if ahead else None)
        if not came:
            import_ahead(ahead.pop(0))
        for ready in came:
            if ready is until:
                for process, _ in forks.values():
                    process.join()
                return
            works: str | None = None
            if ready is inbox:
                works = inbox.recv()
                all_is_well &= works is not None
            elif isinstance(ready, int):
                if _tell_end(*forks.pop(ready)) != 0:
                    all_is_well = False
                    _tell(others, None)
            elif arrived := accept(listener):
                task, client = arrived
                works = _component(task, imports)
                for module in imports.get(works or "", []):
                    import_ahead(module)
                process = _fork(task)
                forks[process.sentinel] = process, client
                if works:
                    _tell(others, works)
            if not all_is_well:
                ahead = []
            elif works:
                ahead = _later(works, imports, mine)


def accept(listener: socket.socket) -> tuple[Task, socket.socket] | None:
    """Return what the next client wants to run, and the client; None for one that was killed while it asked."""
    client, _ = listener.accept()
    task = _receive(client)
    if task is None:
        client.close()
        return None
    return task, client


def _receive(client: socket.socket) -> Task | None:
    """Return what the client wants to run; None for one that was killed while it asked."""
    first, streams, _, _ = socket.recv_fds(client, 1 << 16, 3)
    with client.makefile("rb") as rest:
        said = first + rest.read()
    try:
        wanted = json.loads(said)
    except ValueError:
        for stream in streams:
            os.close(stream)
        return None
    return Task(wanted["arguments"], wanted["folder"], wanted["environment"], tuple(streams))


def _component(task: Task, imports: Mapping[str, list[str]]) -> str | None:
    """Return the name of the component that the task is; None for what imports next to nothing."""
    return next((word for word in task.arguments if word in imports), None)


def _later(component: str, imports: Mapping[str, list[str]], mine: Set[str]) -> list[str]:
    """Return the modules that those of `mine` will need which come after `component` in the way of the data."""
    names = list(imports)
    return [module for name in names[names.index(component) + 1 :] if name in mine for module in imports[name]]


def _tell(others: Sequence[Connection], works: str | None) -> None:
    for other in others:
        other.send(works)


def import_ahead(module: str) -> None:
    """Import a module for a task that is to come."""
    with suppress(Exception):  # the task meets it again, and says it with the step's name
        importlib.import_module(module)


def _fork(task: Task) -> BaseProcess:
    """Return the fork in which `task` runs. It ends by `os._exit`, as onnxruntime after a fork has to."""
    gc.freeze()  # what has been imported is no garbage of the fork's either, and stays in memory that both share
    process = get_context("fork").Process(target=run, args=[task])
    process.start()
    for stream in task.streams:
        os.close(stream)
    return process


def _tell_end(process: BaseProcess, client: socket.socket) -> int:
    """Send and return what a shell would say: the exit code, or 128 and the signal that ended the fork."""
    process.join()
    code = process.exitcode or 0
    said = code if code >= 0 else 128 - code
    with client, suppress(OSError):  # a client that is gone needs no answer
        client.sendall(str(said).encode())
        client.shutdown(socket.SHUT_WR)  # a fork that began meanwhile has this socket too: closing it is not enough
    return said


def run(task: Task) -> None:
    """Become the `python` of `task`.

    Raises:
        SystemExit: the module ended with an exit code, or was interrupted: 130.

    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(task.folder)
    sys.path[0] = task.folder  # as `python -m` has it
    os.environ.clear()
    os.environ.update(task.environment)
    for place, stream in enumerate(task.streams):
        os.dup2(stream, place)
        os.close(stream)
    sys.stdin = os.fdopen(0, closefd=False)  # multiprocessing has put /dev/null in its place
    _, module, *rest = task.arguments
    sys.argv = [module, *rest]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
