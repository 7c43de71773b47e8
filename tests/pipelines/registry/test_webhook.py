"""A webhook as a real MLflow server calls it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from pipelines.registry.orders import Order
from pipelines.registry.receiver import Door, receiver
from pipelines.registry.webhook import register, secret
from tests.mlflow_here import Server, mlflow_server
from tests.pipelines.receiving import SECRET, may_call_here, receiving


def test_the_secret_is_in_the_environment_and_hard_to_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESSEMER_WEBHOOK_SECRET", SECRET)
    assert secret() == SECRET
    monkeypatch.setenv("BESSEMER_WEBHOOK_SECRET", "short")
    with pytest.raises(BadInput, match="BESSEMER_WEBHOOK_SECRET: found 5 characters; expected a secret of at least 16"):
        secret()
    monkeypatch.delenv("BESSEMER_WEBHOOK_SECRET")
    with pytest.raises(BadInput, match=r"found nothing.*openssl rand"):
        secret()


def test_a_database_calls_nobody(client: MlflowClient) -> None:
    with pytest.raises(BadInput, match="the registry: found a database; expected a server"):
        register(client, "https://example.org", SECRET)


@pytest.fixture
def calling(tmp_path: Path, tracking: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Yield a server that calls webhooks, also on this machine, and has two versions of `sentiment`."""
    with mlflow_server(tmp_path / "server", **may_call_here()) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
        own = MlflowClient(server.uri)
        own.create_registered_model("sentiment")
        for _ in range(2):
            run = own.create_run("0").info
            own.create_model_version("sentiment", run.artifact_uri, run.run_id, tags={"candidate_sha256": "0" * 64})
        yield server


@pytest.mark.slow
def test_an_alias_that_is_set_there_is_an_order_here(calling: Server) -> None:
    taken: list[Order] = []
    heard = threading.Event()

    def take(order: Order) -> None:
        taken.append(order)
        heard.set()

    own = MlflowClient(calling.uri)
    with receiver("127.0.0.1", 0, Door(SECRET, take)) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{listening.server_address[1]}/"
        assert register(own, url, SECRET) == f"MLflow's server calls {url}; the receiver answered 204"
        assert register(own, url, SECRET).endswith("answered 204")
        assert len(own.list_webhooks()) == 1
        time.sleep(1.5)  # the server looks up its webhooks once a second here
        own.set_registered_model_alias("sentiment", "champion", "1")
        own.set_registered_model_alias("sentiment", "challenger", "2")
        assert heard.wait(60)
        heard.clear()
        own.set_model_version_tag("sentiment", "2", "approval", "approved")
        assert heard.wait(60)
        assert taken == [Order("promote", "sentiment", 2), Order("take up", "sentiment", 2)]
        assert register(own, url, "another secret of theirs").endswith("answered 401")
        listening.shutdown()
        thread.join()
    assert register(own, url, SECRET).endswith("cannot be reached from there yet")


@pytest.mark.slow
def test_a_server_that_may_not_call_there_says_so(tmp_path: Path, tracking: str) -> None:
    key = Fernet.generate_key().decode()
    with mlflow_server(tmp_path / "server", MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY=key) as server:
        own = MlflowClient(server.uri)
        with pytest.raises(BadInput, match=r"http://127\.0\.0\.1:8088: found Invalid webhook URL scheme: 'http'"):
            register(own, "http://127.0.0.1:8088", SECRET)


@pytest.mark.slow
def test_the_command_takes_up_what_is_approved_there(calling: Server, tmp_path: Path) -> None:
    """The whole way: MLflow's server, the receiver as a process, and `bessemer requests` that it starts."""
    log = tmp_path / "receiver.log"
    with receiving("sentiment", log) as receiver:
        own = MlflowClient(calling.uri)
        register(own, receiver.url, SECRET)
        time.sleep(1.5)
        own.set_registered_model_alias("sentiment", "approved-challenger", "2")
        receiver.wait_for("take up version 2 of 'sentiment': ended with 0")
    said = log.read_text()
    assert "Nothing waits for a person." in said
    assert SECRET not in said
