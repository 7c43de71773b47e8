import socket
import sqlite3
from pathlib import Path

import pytest

from pipelines import doctor


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def examined(what: str) -> doctor.Examined:
    return next(one for one in doctor.examine() if one.what == what)


def test_everything_is_examined_in_order() -> None:
    names = [one.what for one in doctor.examine()]
    assert names == ["cores", "vector extensions", "GPU", "memory", "disk", "Docker", "MLflow"]


def test_what_is_not_good_comes_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("_MIN_MEMORY_GIB", "_MIN_DISK_GIB"):
        monkeypatch.setattr(doctor, limit, 10**9)
    advice = {one.what: one.advice for one in doctor.examine() if not one.good}
    assert {"memory", "disk"} <= set(advice)
    assert all(advice.values())


def test_mlflow_on_a_file_that_is_not_there_yet() -> None:
    assert "made on the first run" in examined("MLflow").found


def test_mlflow_on_a_real_file_counts_its_runs(own_home: Path) -> None:
    with sqlite3.connect(own_home / "mlflow.db") as database:
        database.execute("create table runs (id text)")
        database.execute("insert into runs values ('a')")
    assert examined("MLflow").found.endswith("1 runs")


def test_mlflow_on_a_file_that_is_no_database(own_home: Path) -> None:
    (own_home / "mlflow.db").write_text("not a database, and long enough to be read as one" * 10)
    found = examined("MLflow")
    assert not found.good
    assert "Move that file away" in found.advice


def test_mlflow_server_that_answers_and_one_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://lead:secret@127.0.0.1:{port}")
        found = examined("MLflow")
        assert found.good
        assert "secret" not in found.found
    found = examined("MLflow")
    assert not found.good
    assert "refused" in found.found


def test_a_full_disk_is_not_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_MIN_DISK_GIB", 10**9)
    assert not examined("disk").good


@pytest.mark.parametrize(
    ("program", "what", "found"),
    [("nvidia-smi", "GPU", "nvidia-smi fails or hangs"), ("docker", "Docker", "installed, but no engine answers")],
)
@pytest.mark.parametrize("script", ["#!/bin/sh\nexec /bin/sleep 60\n", "#!/bin/sh\nexit 1\n", "#!/no/such/shell\n"])
def test_a_program_that_hangs_or_fails_is_said(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, program: str, what: str, found: str, script: str
) -> None:
    (own_home / program).write_text(script)
    (own_home / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(own_home))
    monkeypatch.setattr(doctor, "_PROGRAM_SECONDS", 0.2)
    one = examined(what)
    assert one.found == found
    assert one.advice


@pytest.mark.parametrize(
    "uri", ["http://mlflow:port", "http://mlflow:70000", "https://[::1", f"http://{'a' * 70}.org", "http://a..org"]
)
def test_an_address_that_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    found = examined("MLflow")
    assert not found.good
    assert found.found.startswith(uri)
    assert found.advice == "Correct MLFLOW_TRACKING_URI."


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_an_address_without_a_port_has_that_of_its_scheme(
    monkeypatch: pytest.MonkeyPatch, scheme: str, port: int
) -> None:
    asked = []

    def refuse(address: tuple[str, int], timeout: float) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{scheme}://mlflow.example")
    assert not examined("MLflow").good
    assert asked == [("mlflow.example", port)]


@pytest.mark.parametrize("folder", [".", "with space", "50%"])
def test_three_slashes_are_a_database_where_the_command_runs(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(own_home)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    assert "made on the first run" in examined("MLflow").found
    Path(folder).mkdir(exist_ok=True)
    with sqlite3.connect(f"{folder}/mlflow.db") as database:
        database.execute("create table runs (id text)")
    assert examined("MLflow").found.endswith("0 runs")
