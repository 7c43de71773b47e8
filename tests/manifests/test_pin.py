"""The images that are deployed are those that were built."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.manifests.built import MANIFESTS, build, find, pods

FOLDERS = ("overlays/kind", "overlays/cluster", "serving", "training")
ROOMS = ("fine_tuning", "mlflow", "pipelines", "registration", "selection")
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def built_images(tmp_path: Path, **changed: dict[str, str]) -> Path:
    registry = "registry.example.com:5000/ml/bessemer"
    pushed = {room: {"tag": f"{registry}/{room}:1a2b3c4", "digest": f"{registry}/{room}@{DIGEST}"} for room in ROOMS}
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"revision": "1a2b3c4", "images": pushed | changed}))
    return file


def pin(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, MANIFESTS / "pin.py", *arguments], capture_output=True, text=True)


def images_of_bessemer(folder: Path) -> set[str]:
    containers = [container for pod in pods(build(folder)) for container in pod.containers]
    return {container["image"] for container in containers if "bessemer" in container["image"]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_before_they_are_pinned_no_image_can_be_found(folder: str) -> None:
    assert {image.rpartition(":")[2] for image in images_of_bessemer(MANIFESTS / folder)} == {"run-make-pin"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_images_are_pinned_by_digest(tmp_path: Path, folder: str) -> None:
    done = pin(built_images(tmp_path))
    assert done.returncode == 0, done.stderr
    images = images_of_bessemer(tmp_path / "deploy" / Path(folder).name)
    assert images
    for image in images:
        assert image.startswith("registry.example.com:5000/ml/bessemer/")
        assert image.endswith(f"@{DIGEST}")


def test_nothing_but_images_is_changed(tmp_path: Path) -> None:
    pin(built_images(tmp_path))
    pinned = [thing["kind"] for thing in build(tmp_path / "deploy" / "kind")]
    assert pinned == [thing["kind"] for thing in build(MANIFESTS / "overlays" / "kind")]


def test_images_that_no_registry_has_are_pinned_by_tag(tmp_path: Path) -> None:
    local = {room: {"tag": f"bessemer/{room}:0012345", "digest": ""} for room in ROOMS}
    assert pin(built_images(tmp_path, **local), "--by-tag").returncode == 0
    assert images_of_bessemer(tmp_path / "deploy" / "kind") == {"bessemer/mlflow:0012345", "bessemer/pipelines:0012345"}


def test_the_schedule_compiles_with_the_images_that_are_pinned(tmp_path: Path) -> None:
    file = built_images(tmp_path)
    pin(file)
    objects = build(tmp_path / "deploy" / "cluster")
    config = find(objects, "ConfigMap", "bessemer-images")
    assert config["data"]["images.json"] == file.read_text()
    (pod,) = (pod for pod in pods(objects) if pod.of == "CronJob bessemer-schedule")
    assert config["metadata"]["name"] in [volume.get("configMap", {}).get("name") for volume in pod.spec["volumes"]]


def test_all_images_that_cannot_be_pinned_are_named(tmp_path: Path) -> None:
    unpushed = {room: {"tag": f"bessemer/{room}:1", "digest": ""} for room in ("mlflow", "pipelines")}
    file = built_images(tmp_path, **unpushed)
    given = json.loads(file.read_text())
    del given["images"]["registration"]
    file.write_text(json.dumps(given))
    done = pin(file)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"registration: no such image in {file}.",
        "mlflow: no digest. Push the images, or pin --by-tag.",
        "pipelines: no digest. Push the images, or pin --by-tag.",
    ]
    assert not (tmp_path / "deploy").exists()
