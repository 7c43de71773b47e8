"""Stands in for `python`: `fork_client.py SOCKET -m MODULE …` runs as a fork of `fork_server.py`, and ends as it ends.

It is its own small interpreter, started for each task, and so imports next to nothing.
"""

import json
import os
import socket
import sys

KILLED = 137
"""What a shell says of a process that SIGKILL ended; a fork that tells no exit code was killed by something."""
ONCE = "once"
"""The name of a server that takes a single client; the next one gets a `python` of its own."""


def main(address: str, *arguments: str) -> int:
    """Return the exit code of the fork once it has ended."""
    here = os.getcwd()  # noqa: PTH109
    wanted = {"arguments": arguments, "folder": here, "environment": dict(os.environ)}
    folder, name = os.path.split(address)
    with socket.socket(socket.AF_UNIX) as server:
        try:
            os.chdir(folder)  # a socket's path may be no longer than 107 bytes
            server.connect(name)
            socket.send_fds(server, [b" "], [0, 1, 2])
            server.sendall(json.dumps(wanted).encode())
            server.shutdown(socket.SHUT_WR)
            told = b""
            while part := server.recv(16):
                told += part
        except OSError as error:
            if name == ONCE and isinstance(error, ConnectionError):
                os.chdir(here)
                os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - what would have been started
            print(f"the process that tasks are forked from: found {error}; expected an answer.", file=sys.stderr)
            return KILLED
    return int(told) if told else KILLED


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
