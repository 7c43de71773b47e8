"""Hears MLflow's webhooks: lets in what is signed, fresh and new, and answers before anything is done about it."""

import hmac
import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from components.contracts.faults import Fault, Unavailable
from pipelines.registry.orders import Order, order_of
from pipelines.registry.webhook import DELIVERY, SIGNATURE, TIMESTAMP, sign

MOST_BYTES = 64 * 1024
_MOST_DIGITS = 12
"""Of a delivery's length; Python reads no number of thousands of them."""
MOST_SECONDS = 300
"""How old a delivery may be, or how far ahead the server's clock."""
_MOST_CHARACTERS = 200
"""Of a delivery's id."""


class Door:
    """Decides what is let in; it knows what has been in before."""

    def __init__(self, secret: str, take: Callable[[Order], None]) -> None:
        """Know nothing yet.

        Args:
            secret: what MLflow's server signs with.
            take: is given what a delivery asks for; it must not wait.

        """
        self.secret = secret
        self.take = take
        self._seen: dict[str, float] = {}
        self._lock = Lock()

    def answer(self, headers: Mapping[str, str], body: bytes, now: float) -> HTTPStatus:
        """Return what to answer a delivery with, once its order is taken; headers are named in small letters."""
        delivery, timestamp = headers.get(DELIVERY, ""), headers.get(TIMESTAMP, "")
        expected = sign(self.secret, delivery, timestamp, body)
        if not hmac.compare_digest(expected.encode(), headers.get(SIGNATURE, "").encode()):
            return HTTPStatus.UNAUTHORIZED
        if not timestamp.isdecimal() or abs(now - int(timestamp)) > MOST_SECONDS:
            return HTTPStatus.UNAUTHORIZED
        if len(delivery) > _MOST_CHARACTERS or not self._is_new(delivery, now):
            return HTTPStatus.CONFLICT
        try:
            order = order_of(json.loads(body))
        except (ValueError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        if order is None:
            return HTTPStatus.NO_CONTENT
        self.take(order)
        return HTTPStatus.ACCEPTED

    def _is_new(self, delivery: str, now: float) -> bool:
        """Remember a delivery for as long as it could be sent again and still be fresh."""
        with self._lock:
            self._seen = {key: since for key, since in self._seen.items() if now - since <= 2 * MOST_SECONDS}
            if delivery in self._seen:
                return False
            self._seen[delivery] = now
            return True


def receiver(host: str, port: int, door: Door) -> ThreadingHTTPServer:
    """Return a server that listens already and hands every delivery to `door`."""

    class Receiver(BaseHTTPRequestHandler):
        timeout = 10
        server_version = "bessemer"
        sys_version = ""

        def do_POST(self) -> None:
            said = self.headers.get("Content-Length", "")
            if not (said.isascii() and said.isdigit()):
                self._end(HTTPStatus.LENGTH_REQUIRED)
            elif len(said) > _MOST_DIGITS or (length := int(said)) > MOST_BYTES:
                self._end(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            else:
                body = self.rfile.read(length)
                self._end(door.answer({key.lower(): value for key, value in self.headers.items()}, body, time.time()))

        def _end(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say how it ended; what a stranger sent stays out of the log."""
            status = code.value if isinstance(code, HTTPStatus) else code
            print(f"{self.client_address[0]} was answered {status}", flush=True)

        def log_error(self, format: str, *arguments: object) -> None:
            """Say nothing: what is refused stands in the answer."""

    return ThreadingHTTPServer((host, port), Receiver)


def serve(host: str, port: int, secret: str, take: Callable[[Order], None]) -> None:
    """Listen until Ctrl-C.

    Raises:
        Unavailable: the port cannot be had.

    """
    try:
        server = receiver(host, port, Door(secret, take))
    except OSError as error:
        found, way_out = error.strerror or str(error), "Choose another one with --port."
        raise Unavailable(Fault(f"port {port} of {host}", found, "a free port", way_out)) from error
    with server:
        print(f"listening for MLflow's webhooks on http://{host}:{server.server_address[1]}", flush=True)
        server.serve_forever()
