"""A receiver of webhooks as a process, and an MLflow server that may call it on this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from tests.mlflow_here import free_port

ROOT = Path(__file__).parents[2]
SECRET = "a secret that both sides know"


def may_call_here() -> dict[str, str]:
    """Return what lets a server call this machine without TLS, and look up its webhooks once a second."""
    return {
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
        "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
        "MLFLOW_WEBHOOK_CACHE_TTL": "1",
    }


@dataclass(frozen=True)
class Receiving:
    """`bessemer webhooks receive` at work."""

    url: str
    log: Path

    def wait_for(self, words: str) -> None:
        """Wait until it, or what it has started, has said so."""
        deadline = time.monotonic() + 240
        while words not in self.log.read_text():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)


@contextmanager
def receiving(name: str, log: Path, **environment: str) -> Iterator[Receiving]:
    """Receive what is said of one model, and end that after the block."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines", "webhooks", "receive", name, "--port", str(port)]
    known = {**os.environ, "PYTHONPATH": str(ROOT), "BESSEMER_WEBHOOK_SECRET": SECRET, **environment}
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=known, stdout=file, stderr=file)
    receiver = Receiving(f"http://127.0.0.1:{port}/", log)
    try:
        receiver.wait_for("listening for MLflow's webhooks")
        yield receiver
    finally:
        process.terminate()
        process.wait()
