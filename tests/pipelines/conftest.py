"""What all tests of the graphs and of the command line stand on."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_images_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no `make images` of this checkout decide what a test compiles."""
    monkeypatch.setattr("pipelines.images.BUILT", Path("build/none.json"))
