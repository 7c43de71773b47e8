"""The identity of a process: a number of its own is not enough, as the next one may be given it."""

import os
import socket
from pathlib import Path

PROCESS = "BESSEMER_RUN_PROCESS"
"""Names the process that runs the whole pipeline on one machine, as `identity` does."""


def identity(pid: int) -> str:
    """Return a process of this machine as host:pid:start; without /proc its start is left empty."""
    return f"{socket.gethostname()}:{pid}:{_start(pid)}"


def is_gone(process: str) -> bool:
    """Return whether `process`, an identity, was one of this machine and is no more.

    A container that is started again keeps its name, and hands out the same numbers once more.
    """
    host, _, number = process.partition(":")
    pid, _, start = number.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is somebody else's
    return _start(int(pid)) not in ("", start)


def _start(pid: int) -> str:
    """Return when a process began, in clock ticks since the machine did: field 22 of proc_pid_stat(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # the name in field 2 may hold anything, blanks and brackets too
