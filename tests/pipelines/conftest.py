"""What all tests of the graphs and of the command line stand on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipelines.build_images import BUILT
from pipelines.containers import engine
from tests.pipelines import runs
from tests.pipelines.retrained import Retrained, retrain_again_and_again


@pytest.fixture(autouse=True, scope="session")
def no_images_built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Let no `make images` of this checkout decide what a test compiles; commands that compile run in this folder."""
    folder = tmp_path_factory.mktemp("nothing-built")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.images.BUILT", folder / "images.json")
        yield folder


@pytest.fixture(scope="session")
def retrained(tmp_path_factory: pytest.TempPathFactory) -> Retrained:
    """What came of a schedule that retrains; nobody changes it."""
    return retrain_again_and_again(tmp_path_factory.mktemp("retrained"))


@pytest.fixture(scope="session")
def docker() -> Iterator[DockerClient]:
    with engine() as client:
        yield client


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """The image of each room, built from this checkout."""
    command = [sys.executable, "-m", "pipelines.build_images", "--network", "host"]
    built = subprocess.run(command, cwd=runs.ROOT, capture_output=True, text=True)
    assert built.returncode == 0, (built.stdout + built.stderr)[-2_000:]  # of the log of each step that was built
    print(built.stdout)
    names = json.loads((runs.ROOT / BUILT).read_text())["images"]
    return {room: image["tag"] for room, image in names.items()}
