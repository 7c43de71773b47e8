"""Which image a task runs in, and that it starts there without a shell."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.images import image
from pipelines import images
from pipelines.build_images import DOCKERFILE
from pipelines.build_model import build_model
from pipelines.images import START, BuiltImage, executors, in_images, read_built, references, rooms, write_built


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout at the revision abc123, in which nothing was built yet."""
    monkeypatch.setattr(images, "BUILT", tmp_path / "images.json")
    monkeypatch.setattr(images, "code_revision", lambda: "abc123")
    return tmp_path


@pytest.mark.usefixtures("checkout")
def test_without_built_images_the_revision_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert references()("selection") == "bessemer/selection:abc123"
    monkeypatch.setenv(images.REGISTRY, "registry.example.com/team")
    assert references()("selection") == "registry.example.com/team/bessemer/selection:abc123"


@pytest.mark.usefixtures("checkout")
def test_a_pushed_image_is_named_by_its_digest() -> None:
    digest = "bessemer/selection@sha256:" + 64 * "0"
    write_built(
        {"selection": BuiltImage("bessemer/selection:abc123", digest), "compression": BuiltImage("here:abc123")}
    )
    assert references()("selection") == digest
    assert references()("compression") == "here:abc123"
    assert references()("evaluation") == "bessemer/evaluation:abc123"


@pytest.mark.usefixtures("checkout")
def test_images_of_another_revision_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write_built({})
    monkeypatch.setattr(images, "code_revision", lambda: "def456")
    with pytest.raises(BadInput, match=r"found images of abc123; expected images of def456\. Run `make images`"):
        read_built()


def test_each_task_gets_the_image_of_its_room_and_the_graph_stays_as_it_is() -> None:
    packaged = in_images(build_model, "example.com/{}@sha256:0".format)
    for name, executor in executors(packaged).items():
        before = executors(build_model)[name]["container"]
        room = before["image"].removeprefix(image(""))
        assert room in rooms()
        assert executor["container"]["image"] == f"example.com/{room}@sha256:0"
        assert list(executor["container"]["command"])[:2] == ["python3", "-c"]
        assert before["command"][0] == "sh"


def test_what_a_build_imports_to_try_its_image_is_there_and_is_no_shell() -> None:
    tried = re.findall(r"python3 -c 'import (.*)'", DOCKERFILE.read_text())
    modules = {name for names in tried for name in names.split(", ") if name.startswith(("components", "pipelines"))}
    assert len(modules) >= len(rooms()) - 3  # torch is imported by no build
    for module in modules:
        assert not module.endswith(".component"), f"{module} needs all of kfp, which no image has"
        assert (DOCKERFILE.parent.parent / f"{module.replace('.', '/')}.py").is_file()


def test_a_task_starts_as_kfp_starts_it(tmp_path: Path) -> None:
    source = "import os\ndef double(number: int) -> int:\n    os.environ['SEEN'] = str(number)\n    return 2 * number\n"
    output = tmp_path / "output.json"
    asked = {
        "inputs": {"parameterValues": {"number": 21}},
        "outputs": {
            "parameters": {"Output": {"outputFile": str(tmp_path / "number")}},
            "outputFile": str(output),
        },
    }
    arguments = ["--executor_input", json.dumps(asked), "--function_to_execute", "double"]
    subprocess.run([sys.executable, "-c", START, source, *arguments], check=True, capture_output=True)
    assert json.loads(output.read_text())["parameterValues"] == {"Output": 42}
