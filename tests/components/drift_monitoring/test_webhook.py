"""An alarm to a real HTTP server: signed, tried again, given up with a sentence, and never with a secret in it."""

import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from components.drift_monitoring.webhook import ADDRESS, SECRET, SIGNATURE, post

TOKEN = "T0KEN-in-the-address"
AT_ONCE = (0.0, 0.0, 0.0)


class Receiver(HTTPServer):
    """Answers with the statuses that it was given, one a request, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.statuses: list[int] = []
        self.received: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/{TOKEN}"


class Hook(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Location", f"{self.server.address}/elsewhere")
        self.send_header("Retry-After", "3600")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv(ADDRESS, server.address)
        monkeypatch.delenv(SECRET, raising=False)
        yield server
        server.shutdown()
        thread.join()


def test_without_an_address_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert post({"event": "drift"}) == ""


def test_the_alarm_arrives_signed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "s3cret")
    assert post({"event": "drift", "model": "sentiment"}) == ""
    ((path, headers, body),) = receiver.received
    assert path == f"/hook/{TOKEN}"
    assert json.loads(body) == {"event": "drift", "model": "sentiment"}
    assert headers["Content-Type"] == "application/json"
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


def test_without_a_secret_it_is_not_signed(receiver: Receiver) -> None:
    assert post({}) == ""
    assert SIGNATURE not in receiver.received[0][1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_fails_is_asked_again(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, status]
    assert post({"event": "drift"}, AT_ONCE) == ""
    assert [body for _, _, body in receiver.received] == [b'{"event": "drift"}'] * 3


@pytest.mark.parametrize(("status", "attempts"), [(503, 3), (404, 1), (403, 1), (302, 1), (307, 1)])
def test_what_is_not_taken_is_a_sentence(
    receiver: Receiver, status: int, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.statuses = [status] * 3
    with caplog.at_level(logging.INFO):
        said = post({}, AT_ONCE)
    assert said == (
        f"the address in {ADDRESS}: found the answer {status}; expected one that takes the alarm. "
        "Nobody was told of it there."
    )
    assert len(receiver.received) == attempts
    assert TOKEN not in said + caplog.text


@pytest.mark.parametrize("address", ["not an address", f"file:///{TOKEN}", f"http://[{TOKEN}", "http://"])
def test_an_address_that_is_none_is_a_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, address)
    said = post({}, AT_ONCE)
    assert "no http:// or https:// address" in said
    assert TOKEN not in said


def test_nobody_who_answers_is_a_sentence(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{closed.getsockname()[1]}/{TOKEN}")
        said = post({}, AT_ONCE)
    assert "no answer (ConnectionError)" in said
    assert TOKEN not in said + caplog.text
