"""What the receiver lets in, and how MLflow's own server is heard."""

import json
import secrets
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from mlflow.webhooks import delivery

from components.contracts.faults import Unavailable
from pipelines.registry.orders import Order
from pipelines.registry.receiver import MOST_BYTES, MOST_SECONDS, Door, receiver, serve
from pipelines.registry.webhook import DELIVERY, SIGNATURE, TIMESTAMP, sign

SECRET = "a secret that both sides know"
NOW = 1_800_000_000
CHALLENGER = {"name": "sentiment", "alias": "challenger", "version": "4"}


def event(entity: str = "model_version_alias", action: str = "created", **data: Any) -> bytes:
    return json.dumps({"entity": entity, "action": action, "data": data or CHALLENGER}).encode()


def signed(body: bytes, at: int = NOW, secret: str = SECRET, delivery: str = "") -> dict[str, str]:
    """Return the headers of a delivery that was never made before."""
    delivery = delivery or secrets.token_hex()
    return {DELIVERY: delivery, TIMESTAMP: str(at), SIGNATURE: sign(secret, delivery, str(at), body)}


@pytest.fixture
def taken() -> list[Order]:
    return []


@pytest.fixture
def door(taken: list[Order]) -> Door:
    return Door(SECRET, taken.append)


def test_the_signature_is_mlflows_own() -> None:
    body = event().decode()
    theirs = delivery._generate_hmac_signature(SECRET, "an-id", str(NOW), body)
    assert sign(SECRET, "an-id", str(NOW), body.encode()) == theirs


def test_a_challenger_is_taken(door: Door, taken: list[Order]) -> None:
    body = event()
    assert door.answer(signed(body), body, NOW) == HTTPStatus.ACCEPTED
    assert taken == [Order("promote", "sentiment", 4)]


@pytest.mark.parametrize(
    "forged",
    [
        {SIGNATURE: ""},
        {SIGNATURE: "v1,bm90IGl0"},
        {SIGNATURE: "v1,ünïcödé"},
        {DELIVERY: "another"},
        {TIMESTAMP: str(NOW + 1)},
        {TIMESTAMP: ""},
    ],
)
def test_what_is_not_signed_as_it_is_stays_out(forged: dict[str, str], door: Door, taken: list[Order]) -> None:
    body = event()
    assert door.answer({**signed(body), **forged}, body, NOW) == HTTPStatus.UNAUTHORIZED
    assert taken == []


def test_another_body_another_secret_and_no_headers_stay_out(door: Door, taken: list[Order]) -> None:
    body = event()
    assert door.answer(signed(body), body + b" ", NOW) == HTTPStatus.UNAUTHORIZED
    assert door.answer(signed(body, secret="another secret that is long"), body, NOW) == HTTPStatus.UNAUTHORIZED
    assert door.answer({}, body, NOW) == HTTPStatus.UNAUTHORIZED
    assert taken == []


@pytest.mark.parametrize("seconds", [-MOST_SECONDS - 1, MOST_SECONDS + 1])
def test_what_is_stale_or_of_tomorrow_stays_out(seconds: int, door: Door, taken: list[Order]) -> None:
    body = event()
    assert door.answer(signed(body, at=NOW + seconds), body, NOW) == HTTPStatus.UNAUTHORIZED
    assert taken == []


def test_what_comes_again_stays_out_until_it_is_stale_anyway(door: Door, taken: list[Order]) -> None:
    body = event()
    headers = signed(body)
    assert door.answer(headers, body, NOW) == HTTPStatus.ACCEPTED
    for later in (0, 1, MOST_SECONDS):
        assert door.answer(headers, body, NOW + later) == HTTPStatus.CONFLICT
    assert door.answer(headers, body, NOW + MOST_SECONDS + 1) == HTTPStatus.UNAUTHORIZED
    assert len(taken) == 1


def test_of_the_same_delivery_many_times_at_once_one_is_taken(door: Door, taken: list[Order]) -> None:
    body = event()
    headers = signed(body)
    threads = [threading.Thread(target=door.answer, args=(headers, body, NOW)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


def test_a_delivery_without_an_end_stays_out(door: Door) -> None:
    body = event()
    assert door.answer(signed(body, delivery="x" * 1000), body, NOW) == HTTPStatus.CONFLICT


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 60_000, b'{"entity": "a"}', event(name=3, version="4"), b"NaN"],
)
def test_what_is_no_event_is_said_to_be_none(body: bytes, door: Door, taken: list[Order]) -> None:
    assert door.answer(signed(body), body, NOW) == HTTPStatus.BAD_REQUEST
    assert taken == []


def test_what_asks_for_nothing_is_heard_and_left(door: Door, taken: list[Order]) -> None:
    body = event(name="sentiment", alias="champion", version="4")
    assert door.answer(signed(body), body, NOW) == HTTPStatus.NO_CONTENT
    assert taken == []


# over HTTP


@pytest.fixture
def address(door: Door) -> Iterator[tuple[str, int]]:
    with receiver("127.0.0.1", 0, door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield "127.0.0.1", server.server_address[1]
        server.shutdown()
        thread.join()


def post(address: tuple[str, int], body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(f"http://{address[0]}:{address[1]}/", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def test_it_is_answered_over_http(
    address: tuple[str, int], taken: list[Order], capfd: pytest.CaptureFixture[str]
) -> None:
    body = event()
    headers = signed(body, at=int(time.time()))
    assert post(address, body, {key.upper(): value for key, value in headers.items()}) == 202
    assert post(address, body, headers) == 409
    assert post(address, body, {}) == 401
    assert taken == [Order("promote", "sentiment", 4)]
    said = capfd.readouterr()
    assert said.out.splitlines() == [f"127.0.0.1 was answered {status}" for status in (202, 409, 401)]
    assert said.err == ""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {MOST_BYTES + 1}", b"413"),
        (f"Content-Length: {'9' * 5000}", b"413"),
        (f"Content-Length: {MOST_BYTES + 1:013}", b"413"),
        (f"Content-Length: {MOST_BYTES + 1:012}", b"413"),
        (f"Content-Length: {'0' * 12}{10**12}", b"413"),
        ("Content-Length: -1", b"411"),
        ("Content-Length: ²", b"411"),
        ("Transfer-Encoding: chunked", b"411"),
    ],
)
def test_what_is_too_large_or_does_not_say_is_not_even_read(
    head: str, status: bytes, address: tuple[str, int], taken: list[Order]
) -> None:
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: here\r\n{head}\r\n\r\n".encode())
        assert line.recv(1000).split()[1] == status
    assert taken == []


def test_a_port_that_is_taken_is_a_sentence(address: tuple[str, int], door: Door) -> None:
    with pytest.raises(Unavailable, match=rf"port {address[1]} of 127\.0\.0\.1: found .*in use; expected a free port"):
        serve(*address, SECRET, door.take)
