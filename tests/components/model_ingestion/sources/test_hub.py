"""The hub's client against a small server that speaks its protocol.

The client reads HF_ENDPOINT when it is imported, so most of these run the room as a user does.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from components.contracts.faults import BadInput
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.hub import look_up

COMMIT = "a" * 40


class Hub(BaseHTTPRequestHandler):
    """`org/tiny` and `org/pickled` are here, `org/gated` is not for everyone, and all else is unknown."""

    folders: dict[str, Path] = {}  # noqa: RUF012 - set by the fixture

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def answer(self) -> None:
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "api":
            self.describe("/".join(parts[2:4]), parts[5] if len(parts) > 5 else "main", parts[4:5])
        elif parts[2:4] == ["resolve", COMMIT]:
            content = (self.folders["/".join(parts[:2])] / parts[4]).read_bytes()
            self.send(200, content, ETag=f'"{hashlib.sha256(content).hexdigest()}"')
        else:
            self.send(404, b"", **{"X-Error-Code": "EntryNotFound"})

    def describe(self, name: str, revision: str, verb: list[str]) -> None:
        if name == "org/gated":
            self.send(403, b"", **{"X-Error-Code": "GatedRepo"})
        elif name not in self.folders:
            self.send(404, b"", **{"X-Error-Code": "RepoNotFound"})
        elif revision not in ("main", COMMIT):
            self.send(404, b"", **{"X-Error-Code": "RevisionNotFound"})
        else:
            files = sorted(self.folders[name].iterdir())
            tree = [{"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0"} for file in files]
            info = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": file.name} for file in files]}
            self.send(
                200, json.dumps(tree if verb == ["tree"] else info).encode(), **{"Content-Type": "application/json"}
            )

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "X-Repo-Commit": COMMIT}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(model: Path, tmp_path: Path) -> Iterator[str]:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text((model / "config.json").read_text())
    (pickled / "tokenizer.json").write_text((model / "tokenizer.json").read_text())
    (pickled / "pytorch_model.bin").write_bytes(b"no matter")
    Hub.folders = {"org/tiny": model, "org/pickled": pickled}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ingest(endpoint: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": ""}
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-m", "components.model_ingestion", arguments[0], str(tmp_path / "base"), *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_hub_name_is_pinned_to_its_commit(hub: str, model: Path, tmp_path: Path) -> None:
    result = ingest(hub, tmp_path, "org/tiny")
    assert (result.returncode, result.stderr) == (0, "")
    manifest = json.loads((tmp_path / "base" / "base_model.json").read_text())
    assert manifest["revision"] == COMMIT
    assert manifest["source"] == "org/tiny"
    assert sorted(manifest["files"]) == sorted(path.name for path in model.iterdir())


@pytest.mark.parametrize(
    ("name", "revision", "sentence"),
    [
        ("org/nonesuch", "", "org/nonesuch: found no such folder here, and no such model at http://127.0.0.1"),
        ("org/gated", "", "org/gated: found a model that is not for everyone; expected one that you may read."),
        ("org/tiny", "v9", "org/tiny: found no revision 'v9'; expected a branch, tag or commit."),
    ],
)
def test_what_the_hub_refuses(
    hub: str, monkeypatch: pytest.MonkeyPatch, name: str, revision: str, sentence: str
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", hub)
    with pytest.raises(BadInput) as refusal:
        look_up(ModelIngestionSettings(name, revision))
    assert sentence in str(refusal.value)


def test_a_pickle_is_refused_and_never_downloaded(hub: str, tmp_path: Path) -> None:
    result = ingest(hub, tmp_path, "org/pickled")
    assert result.returncode == 65
    assert "org/pickled: found weights as a pickle only (pytorch_model.bin)" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "base").exists()
    assert not list((tmp_path / "hf").rglob("pytorch_model.bin"))


def test_a_hub_that_cannot_be_reached(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    result = ingest(endpoint, tmp_path, "org/tiny")
    assert result.returncode == 69
    assert f"org/tiny: found no such folder here, and no answer from the hub at {endpoint}" in result.stderr
    assert "where no hub can be reached, name a folder, package or bucket" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "base").exists()
