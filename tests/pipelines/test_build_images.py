"""Handing images to a registry."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from components.contracts.faults import Unavailable
from pipelines import build_images, images
from pipelines.containers import engine
from pipelines.images import BuiltImage, references, write_built
from tests.image_registry import empty_registry, tiny_image

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry on this machine."""
    with empty_registry(tmp_path) as address:
        yield address


@pytest.fixture
def tiny(registry: str) -> Iterator[str]:
    """A tiny image, named as the room selection's in that registry."""
    tag = f"{registry}/bessemer/selection:abc123"
    with tiny_image(tag):
        yield tag


def test_what_is_pushed_is_compiled_by_its_digest(
    registry: str, tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "BUILT", tmp_path / "images.json")
    monkeypatch.setattr(images, "code_revision", lambda: "abc123")
    write_built({"selection": BuiltImage(tiny)})
    assert build_images.main(["--push"]) == 0
    digest = references()("selection").partition("@")[2]
    manifest = requests.get(
        f"http://{registry}/v2/bessemer/selection/manifests/abc123",
        headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
        timeout=5,
    )
    assert manifest.headers["Docker-Content-Digest"] == digest


def test_a_registry_that_does_not_answer_is_a_sentence() -> None:
    with engine() as docker:
        docker.images.get("python:3.11-slim-bookworm").tag("127.0.0.1:1/nobody", tag="abc123")
        with pytest.raises(Unavailable, match=r"pushing 127\.0\.0\.1:1/nobody:abc123: found .*; expected a push"):
            build_images.push(docker, "127.0.0.1:1/nobody:abc123")
        docker.images.remove("127.0.0.1:1/nobody:abc123")


def test_nothing_is_pushed_that_was_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(images, "BUILT", tmp_path / "images.json")
    assert build_images.main(["--push"]) == 69
    assert (
        "the images: found no build/images.json; expected images built from this revision. make images"
        in capsys.readouterr().err
    )
