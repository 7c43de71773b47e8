"""The manifests as `kubectl kustomize` builds them."""

import copy
import functools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Object = dict[str, Any]
MANIFESTS = Path(__file__).parents[2] / "manifests"
OVERLAYS = ("kind", "cluster")
BESIDE = ("serving", "training")
"""What is applied beside either overlay."""
KUBECTL = Path(sys.executable).with_name("kubectl")


def build(folder: Path) -> list[Object]:
    """Return the objects of a kustomization."""
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def copy_manifests(folder: Path) -> Path:
    """Return a copy of the manifests as they are in git, without the secrets of whoever works here."""
    copied = Path(shutil.copytree(MANIFESTS, folder / "manifests"))
    for secrets in (copied / "secrets").glob("*.env"):
        secrets.unlink()
    return copied


@functools.cache
def _deployment(overlay: str) -> list[Object]:
    return [thing for folder in (f"overlays/{overlay}", *BESIDE) for thing in build(MANIFESTS / folder)]


def deployment(overlay: str) -> list[Object]:
    """Return everything that is deployed with an overlay, the caller's to change."""
    return copy.deepcopy(_deployment(overlay))


def find(objects: list[Object], kind: str, name: str) -> Object:
    """Return the one object of this kind and name; generated names end in a hash."""
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"].startswith(name)]
    exact = [o for o in found if o["metadata"]["name"] == name]
    (only,) = exact or found
    return only


class Pod(NamedTuple):
    """What an object makes pods of."""

    of: str
    """The object, for messages."""
    namespace: str
    labels: dict[str, str]
    spec: Object
    serves: bool
    """Whether it runs until it is stopped."""

    @property
    def containers(self) -> list[Object]:
        """All of them, those that run first too."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


def pods(objects: list[Object]) -> Iterator[Pod]:
    """Yield the pods that the objects make."""
    for thing in objects:
        kind, metadata, spec = thing["kind"], thing["metadata"], thing.get("spec", {})
        if kind == "InferenceService":
            labels, template = spec["predictor"].get("labels", {}), spec["predictor"]
        elif kind in ("Deployment", "StatefulSet"):
            labels, template = spec["template"]["metadata"]["labels"], spec["template"]["spec"]
        elif kind == "CronJob":
            inner = spec["jobTemplate"]["spec"]["template"]
            labels, template = inner["metadata"]["labels"], inner["spec"]
        elif kind == "TrainingRuntime":
            (job,) = spec["template"]["spec"]["replicatedJobs"]
            inner = job["template"]["spec"]["template"]
            labels, template = inner["metadata"]["labels"], inner["spec"]
        else:
            continue
        serves = kind not in ("CronJob", "TrainingRuntime")
        yield Pod(f"{kind} {metadata['name']}", metadata["namespace"], labels, template, serves)
