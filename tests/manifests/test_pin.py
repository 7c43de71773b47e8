"""The images that are deployed are those that were built."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.manifests.built import build, copy_manifests, find, pods

ROOMS = ("fine_tuning", "mlflow", "pipelines", "registration", "selection")
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    return copy_manifests(tmp_path)


def built_images(tmp_path: Path, **changed: dict[str, str]) -> Path:
    registry = "registry.example.com:5000/ml/bessemer"
    pushed = {room: {"tag": f"{registry}/{room}:1a2b3c4", "digest": f"{registry}/{room}@{DIGEST}"} for room in ROOMS}
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"revision": "1a2b3c4", "images": pushed | changed}))
    return file


def pin(manifests: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, manifests / "pin.py", *arguments], capture_output=True, text=True)


def images_of_bessemer(manifests: Path, folder: str) -> set[str]:
    containers = [container for pod in pods(build(folder, manifests)) for container in pod.containers]
    return {container["image"] for container in containers if "bessemer" in container["image"]}


@pytest.mark.parametrize("folder", ["overlays/kind", "overlays/cluster", "serving", "training"])
def test_before_they_are_pinned_no_image_can_be_found(manifests: Path, folder: str) -> None:
    assert {image.rpartition(":")[2] for image in images_of_bessemer(manifests, folder)} == {"run-make-pin"}


@pytest.mark.parametrize("folder", ["overlays/kind", "overlays/cluster", "serving", "training"])
def test_images_are_pinned_by_digest(manifests: Path, tmp_path: Path, folder: str) -> None:
    done = pin(manifests, built_images(tmp_path))
    assert done.returncode == 0, done.stderr
    images = images_of_bessemer(manifests, folder)
    assert images
    for image in images:
        assert image.startswith("registry.example.com:5000/ml/bessemer/")
        assert image.endswith(f"@{DIGEST}")


def test_images_that_no_registry_has_are_pinned_by_tag(manifests: Path, tmp_path: Path) -> None:
    local = {room: {"tag": f"bessemer/{room}:0012345", "digest": ""} for room in ROOMS}
    assert pin(manifests, built_images(tmp_path, **local), "--by-tag").returncode == 0
    assert images_of_bessemer(manifests, "overlays/kind") == {"bessemer/mlflow:0012345", "bessemer/pipelines:0012345"}


def test_the_schedule_compiles_with_the_images_that_are_pinned(manifests: Path, tmp_path: Path) -> None:
    pin(manifests, built_images(tmp_path))
    config = find(build("overlays/cluster", manifests), "ConfigMap", "bessemer-images")
    assert json.loads(config["data"]["images.json"])["images"]["selection"]["digest"].endswith(f"@{DIGEST}")


def test_all_images_that_cannot_be_pinned_are_named(manifests: Path, tmp_path: Path) -> None:
    file = built_images(
        tmp_path, **{room: {"tag": f"bessemer/{room}:1", "digest": ""} for room in ("mlflow", "pipelines")}
    )
    given = json.loads(file.read_text())
    del given["images"]["registration"]
    file.write_text(json.dumps(given))
    before = (manifests / "pinned" / "kustomization.yaml").read_text()
    done = pin(manifests, file)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"registration: no such image in {file}.",
        "mlflow: no digest. Push the images, or pin --by-tag.",
        "pipelines: no digest. Push the images, or pin --by-tag.",
    ]
    assert (manifests / "pinned" / "kustomization.yaml").read_text() == before
