"""What docs/deploy.md tells people to apply is there, and valid."""

import re

import yaml

from tests.manifests.built import MANIFESTS, deployment, find
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


def test_its_train_job_is_valid_and_runs_on_the_runtime() -> None:
    blocks = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    (job,) = (block for block in blocks if block.get("kind") == "TrainJob")
    assert fault(job) == ""
    reference = job["spec"]["runtimeRef"]
    assert find(deployment("kind"), reference["kind"], reference["name"])["metadata"]["namespace"] == "bessemer"
