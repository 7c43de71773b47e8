"""A relay between a client and a server, in which something can happen in the middle of an answer."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

LIMIT = 4 << 20
"""How many bytes of an answer pass before something happens."""


class Connection(socketserver.BaseRequestHandler):
    """One client's connection, and the one to the server that belongs to it."""

    server: "Relay"
    request: socket.socket

    def handle(self) -> None:
        self.upstream = socket.create_connection(self.server.upstream)
        asking = threading.Thread(target=self._pass_on, args=(self.request, self.upstream), daemon=True)
        asking.start()
        passed = 0
        with suppress(OSError):
            while data := self.upstream.recv(1 << 16):
                self.request.sendall(data)
                if passed <= LIMIT < (passed := passed + len(data)):
                    self.server.at_limit(self)
        self.close()
        asking.join()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)

    def go_on(self) -> None:
        """Let the rest pass too."""

    def close(self) -> None:
        """End both connections; the client gets what was sent, and then the end."""
        for end in (self.request, self.upstream):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Relay(socketserver.ThreadingTCPServer):
    """Passes bytes to and from `upstream`, and calls `at_limit` with a connection over which much has passed."""

    daemon_threads = True

    def __init__(self, upstream: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.upstream = upstream
        self.at_limit: Callable[[Connection], None] = Connection.go_on
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    """Relay to the server at `url`."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    with Relay((parts.hostname, parts.port)) as between:
        threading.Thread(target=between.serve_forever, daemon=True).start()
        yield between
        between.shutdown()
