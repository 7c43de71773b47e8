"""Secrets are made where they are needed, and git never sees them."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.manifests.built import MANIFESTS, build, copy_manifests, deployment, pods


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    return copy_manifests(tmp_path)


def write(manifests: Path) -> str:
    done = subprocess.run([sys.executable, manifests / "secrets" / "write.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_written_is_what_the_kustomization_takes(manifests: Path) -> None:
    write(manifests)
    names = {secret["metadata"]["name"] for secret in build(manifests / "secrets")}
    wanted = set()
    for pod in pods(deployment("kind")):
        for container in pod.containers:
            wanted |= {source["secretRef"]["name"] for source in container.get("envFrom", []) if "secretRef" in source}
    assert names == wanted


def test_only_the_owner_reads_them_and_they_are_not_shown(manifests: Path) -> None:
    said = write(manifests)
    files = sorted((manifests / "secrets").glob("*.env"))
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    values = [line.partition("=")[2] for file in files for line in file.read_text().splitlines()]
    assert [value for value in values if len(value) > 10 and value in said] == []


def test_what_is_there_stays(manifests: Path) -> None:
    write(manifests)
    file = manifests / "secrets" / "s3.env"
    file.write_text("AWS_ACCESS_KEY_ID=mine\n")
    assert f"{file} is there already" in write(manifests)
    assert file.read_text() == "AWS_ACCESS_KEY_ID=mine\n"


def test_no_two_deployments_have_the_same(manifests: Path) -> None:
    write(manifests)
    first = (manifests / "secrets" / "admin.env").read_text()
    (manifests / "secrets" / "admin.env").unlink()
    write(manifests)
    assert (manifests / "secrets" / "admin.env").read_text() != first


def test_git_ignores_every_file_that_the_kustomization_takes() -> None:
    kustomization = yaml.safe_load((MANIFESTS / "secrets" / "kustomization.yaml").read_text())
    files = [f"manifests/secrets/{file}" for secret in kustomization["secretGenerator"] for file in secret["envs"]]
    done = subprocess.run(["git", "check-ignore", *files], cwd=MANIFESTS.parent, capture_output=True, text=True)
    assert done.stdout.split() == files
