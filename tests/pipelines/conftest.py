"""What all tests of the graphs and of the command line stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
