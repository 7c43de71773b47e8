import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from components.contracts.faults import Unavailable
from pipelines.ui import serve


def test_a_server_has_its_own_page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://lead:hunter2@mlflow.example")
    serve(5000)
    assert capsys.readouterr().out == "https://mlflow.example\n"


def test_a_port_that_is_taken_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port}: found Address already in use; expected a free port"):
            serve(port)


@pytest.mark.slow
def test_the_page_is_there_until_ctrl_c(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "ui", "--port", str(port)],
        env={**environment, "BESSEMER_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        page = page_at(f"http://127.0.0.1:{port}", process)
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "MLflow" in page
    assert said.startswith(f"http://127.0.0.1:{port}\n")
    assert "Traceback" not in complained
    assert process.returncode == 0
    assert nobody_listens_soon(port)


def page_at(address: str, process: subprocess.Popen[str]) -> str:
    give_up_at = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(address) as answer:
                page: str = answer.read().decode()
                return page
        except OSError:
            time.sleep(0.2)
    return ""


def nobody_listens_soon(port: int) -> bool:
    give_up_at = time.monotonic() + 20
    while time.monotonic() < give_up_at:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.1)
    return False
