"""What docs/deploy.md tells people to apply is there, and valid."""

import re
from pathlib import Path

import yaml

from tests.manifests.built import BESIDE, MANIFESTS, build, copy_manifests, deployment, find, pods
from tests.manifests.schemas import fault

KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "cronjob": "CronJob",
    "service": "Service",
    "inferenceservice": "InferenceService",
}
OTHERS = {"ml-pipeline", "ml-pipeline-ui", "sentiment-predictor", "workflow-controller"}
"""Kubeflow Pipelines' own, and what KServe makes."""
PAGE = (MANIFESTS.parent / "docs" / "deploy.md").read_text()


def test_every_folder_and_file_of_the_manifests_that_it_names_is_there() -> None:
    named = {path.rstrip(".") for path in re.findall(r"(?<![\w/])manifests/[\w./-]+", PAGE) if ".env" not in path}
    assert "manifests/users.py" in named
    assert [path for path in sorted(named) if not (MANIFESTS.parent / path).exists()] == []


def test_what_it_applies_is_what_make_pin_writes() -> None:
    assert set(re.findall(r"build/deploy/(\w+)", PAGE)) == {"kind", "cluster", "serving", "training"}


def test_every_object_that_its_commands_name_is_there() -> None:
    objects = deployment("kind")
    named = set(re.findall(rf"\b({'|'.join(KINDS)})/([a-z][a-z-]*)", PAGE))
    ours = {(kind, name) for kind, name in named if name not in OTHERS}
    assert len(ours) > 3
    for kind, name in ours:
        assert find(objects, KINDS[kind], name)["metadata"]["name"] == name


def test_with_its_patch_every_pod_may_pull(tmp_path: Path) -> None:
    (patch,) = re.findall(r"```yaml\n(patches:.*?)```", PAGE, re.DOTALL)
    copied = copy_manifests(tmp_path)
    objects = []
    for folder in ("overlays/cluster", *BESIDE):
        kustomization = copied / folder / "kustomization.yaml"
        kustomization.write_text(f"{kustomization.read_text()}\n{patch}")
        objects += build(kustomization.parent)
    accounts = {
        (account["metadata"]["namespace"], account["metadata"]["name"]): account["imagePullSecrets"]
        for account in objects
        if account["kind"] == "ServiceAccount"
    }
    named = {(pod.namespace, pod.spec["serviceAccountName"]) for pod in pods(objects)}
    assert len(named) > 3
    assert [account for account in named if accounts[account] != [{"name": "registry"}]] == []


def test_its_train_job_is_valid_and_runs_on_the_runtime() -> None:
    blocks = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    (job,) = (block for block in blocks if block.get("kind") == "TrainJob")
    assert fault(job) == ""
    reference = job["spec"]["runtimeRef"]
    assert find(deployment("kind"), reference["kind"], reference["name"])["metadata"]["namespace"] == "bessemer"
