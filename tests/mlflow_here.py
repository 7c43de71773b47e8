"""A real MLflow for tests: a database of their own, and a server on the loopback interface where one is needed."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient

from pipelines.empty_database import empty_database


@pytest.fixture
def tracking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a fresh MLflow database, which the environment names too."""
    monkeypatch.chdir(tmp_path)  # where MLflow puts artifacts when there is no server
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "BESSEMER_"))]:
        monkeypatch.delenv(name)
    for name, value in {"MAX_RETRIES": "1", "BACKOFF_FACTOR": "0", "BACKOFF_JITTER": "0"}.items():
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", value)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    shutil.copy(empty_database(), tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return uri


@pytest.fixture
def client(tracking: str) -> MlflowClient:
    """Return a client of the fresh database."""
    return MlflowClient(tracking)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A real `mlflow` process that answers on the loopback interface."""

    uri: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it with all its workers."""
        os.killpg(self.process.pid, 9)
        self.process.wait()


@contextmanager
def answering_on(
    command: list[str], port: int, health: str, folder: Path, path: str = "", **more: str
) -> Iterator[Server]:
    """Start a command that serves on `port`, wait until it answers, and end it after the block.

    Args:
        command: the command line.
        port: where it will listen.
        health: what to ask it in order to know that it is ready.
        folder: where it runs, and where its log goes.
        path: a folder of programs that go before all others.
        more: what it finds in its environment besides.

    """
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", **more}
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, start_new_session=True, cwd=folder, env=environment
        )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _wait(f"{server.uri}{health}", process, log)
        yield server
    finally:
        if process.poll() is None:
            server.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextmanager
def mlflow_server(
    folder: Path, backend: str = "", artifacts: str = "", password: str = "", **environment: str
) -> Iterator[Server]:
    """Serve a fresh database; what has no other place lies in `folder`.

    Args:
        folder: made here.
        backend: the database's address instead of a file of SQLite.
        artifacts: where they go instead, such as `s3://bucket`.
        password: with one, only the user `admin` with this password is let in.
        environment: what the server finds there besides.

    """
    folder.mkdir()
    if not backend:
        shutil.copy(empty_database(), folder / "mlflow.db")
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--artifacts-destination", artifacts or str(folder / "store")]
    # not on the command line, where every user of the machine could read its password
    environment["MLFLOW_BACKEND_STORE_URI"] = backend or f"sqlite:///{folder}/mlflow.db"
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # schedulers as processes, which nothing here needs
    if password:
        command += ["--app-name", "basic-auth"]
        environment |= _with_users(folder, password)
    with answering_on(command, port, "/health", folder, **environment) as server:
        yield server


def _with_users(folder: Path, password: str) -> dict[str, str]:
    """Return what sets up MLflow's own users; checking a password anew for every request would take seconds each."""
    settings = folder / "auth.ini"
    settings.write_text(
        f"""[mlflow]
default_permission = READ
database_uri = sqlite:///{folder}/users.db
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 600
"""
    )
    return {
        "MLFLOW_AUTH_CONFIG_PATH": str(settings),
        "MLFLOW_AUTH_ADMIN_PASSWORD": password,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(),
    }


@pytest.fixture
def server(tmp_path: Path, tracking: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Yield a tracking server over a fresh database, which the environment names."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with mlflow_server(tmp_path / "server") as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
        yield server
