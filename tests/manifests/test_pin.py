"""The images that are deployed are those that were built."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pipelines import build_images
from pipelines.containers import engine
from tests.image_registry import empty_registry, tiny_image
from tests.manifests.built import MANIFESTS, build, copy_manifests, find, pods

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


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry on this machine."""
    with empty_registry(tmp_path) as address:
        yield address


@pytest.mark.slow
def test_images_of_others_are_pinned_by_the_digest_that_their_registry_names(tmp_path: Path, registry: str) -> None:
    manifests = copy_manifests(tmp_path)
    for file in (manifests / "overlays" / "kind").rglob("*.yaml"):
        for name in ("postgres", "chrislusf/seaweedfs"):
            changed = file.read_text().replace(f"image: {name}\n", f"image: {registry}/{name}\n")
            file.write_text(changed.replace(f"{{name: {name},", f'{{name: "{registry}/{name}",'))
    tagged = [f"{registry}/postgres:17.6-bookworm", f"{registry}/chrislusf/seaweedfs:4.48"]
    with tiny_image(tagged[0]), tiny_image(tagged[1]), engine() as docker:
        for image in tagged:
            build_images.push(docker, image)
    command = [sys.executable, str(manifests / "pin.py"), str(built_images(tmp_path)), "--by-tag", "--others"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    built = [each["image"] for pod in pods(build(tmp_path / "deploy" / "kind")) for each in pod.containers]
    for image in tagged:
        repository, _, tag = image.rpartition(":")
        asked = requests.get(
            f"http://{registry}/v2/{repository.partition('/')[2]}/manifests/{tag}",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
            timeout=5,
        )
        assert f"{repository}@{asked.headers['Docker-Content-Digest']}" in built


@pytest.mark.slow
def test_registries_that_do_not_say_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    done = pin(built_images(tmp_path), "--others")
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["postgres", "chrislusf/seaweedfs"]
    assert not (tmp_path / "deploy").exists()


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
