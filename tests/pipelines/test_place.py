"""Each thing that a placement can say, read back from the package that Kubeflow Pipelines takes."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from google.protobuf import json_format
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec import pipeline_spec_pb2

from pipelines.package import write_package
from pipelines.placement import load

MINE = """\
run:
  timeout_seconds: 3600
  ttl_seconds: 60
  candidates_at_once: 2
  workspace: {size: 50Gi, storage_class: fast, access_modes: [ReadWriteMany]}
every_room:
  user: 1234
  group: 5678
  tmp_size: 3Gi
  retries: 4
  retry_after_seconds: 15
  timeout_seconds: 900
  environment: {MLFLOW_TRACKING_URI: "http://mlflow:5000"}
  secrets:
    mlflow: {username: MLFLOW_TRACKING_USERNAME, password: MLFLOW_TRACKING_PASSWORD}
  pull_secrets: [registry]
fine_tuning:
  cpu_request: 3
  cpu_limit: 7500m
  memory_request: 5Gi
  memory_limit: 20Gi
  gpus: 2
  gpu_type: nvidia.com/gpu
  node_selector: {pool: gpu}
  tolerations:
    - {key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}
  claims: {models: /models}
  workspace: true
selection: {retries: 0, user: null, group: null, tmp_size: ""}
"""


class Package(NamedTuple):
    graph: dict[str, Any]
    platform: dict[str, Any]

    def pod(self, task: str) -> dict[str, Any]:
        return self.platform["deploymentSpec"]["executors"][f"exec-{task}"]

    def container(self, task: str) -> dict[str, Any]:
        return self.graph["deploymentSpec"]["executors"][f"exec-{task}"]["container"]

    def tasks(self) -> dict[str, Any]:
        dags = [self.graph["root"], *self.graph["components"].values()]
        return {name: task for dag in dags for name, task in dag.get("dag", {"tasks": {}})["tasks"].items()}


def write(folder: Path, placement: str) -> Package:
    (folder / "placement.yaml").write_text(placement)
    package = write_package(folder / "package.yaml", placement=load(folder / "placement.yaml"))
    graph, platform = yaml.safe_load_all(package.read_text())
    return Package(graph, platform["platforms"]["kubernetes"])


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return write(tmp_path_factory.mktemp("placed"), MINE)


def test_requests_limits_and_gpus(placed: Package) -> None:
    assert placed.container("fine-tune")["resources"] == {
        "resourceCpuRequest": "3",
        "resourceCpuLimit": "7500m",
        "resourceMemoryRequest": "5Gi",
        "resourceMemoryLimit": "20Gi",
        "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "2"},
    }


def test_a_look_up_is_placed_as_its_room(placed: Package) -> None:
    assert placed.container("resolve-data")["resources"] == placed.container("ingest-data")["resources"]


def test_nodes_and_taints(placed: Package) -> None:
    pod = placed.pod("fine-tune")
    assert pod["nodeSelector"] == {"labels": {"pool": "gpu"}}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert "nodeSelector" not in placed.pod("register-model")


def test_retries_with_a_growing_wait(placed: Package) -> None:
    tasks = placed.tasks()
    policy = {"maxRetryCount": 4, "backoffDuration": "15s", "backoffFactor": 2.0, "backoffMaxDuration": "3600s"}
    assert tasks["fine-tune"]["retryPolicy"] == policy
    retried = {name for name, task in tasks.items() if "retryPolicy" in task}
    assert set(tasks) - retried == {"select-candidate", "build", "for-loop-1"}


def test_time_limits_of_an_attempt_and_of_the_run(placed: Package) -> None:
    assert placed.pod("evaluate-candidate")["activeDeadlineSeconds"] == "900"
    assert placed.platform["pipelineConfig"]["activeDeadlineSeconds"] == 3600
    assert placed.platform["pipelineConfig"]["resourceTtlOnCompletion"] == 60


def test_secrets_become_variables_and_stay_out_of_the_package(placed: Package) -> None:
    (secret,) = placed.pod("register-model")["secretAsEnv"]
    assert secret["secretName"] == "mlflow"
    assert secret["keyToEnv"] == [
        {"secretKey": "username", "envVar": "MLFLOW_TRACKING_USERNAME"},
        {"secretKey": "password", "envVar": "MLFLOW_TRACKING_PASSWORD"},
    ]
    assert placed.pod("register-model")["imagePullSecret"][0]["secretName"] == "registry"


def test_variables_are_added_to_those_of_the_package(placed: Package) -> None:
    variables = {variable["name"]: variable["value"] for variable in placed.container("register-model")["env"]}
    assert variables["MLFLOW_TRACKING_URI"] == "http://mlflow:5000"
    assert "BESSEMER_IMAGES" in variables


def test_the_workspace_is_the_runs_and_mounted_where_a_room_asks_for_it(placed: Package) -> None:
    assert placed.platform["pipelineConfig"]["workspace"] == {
        "size": "50Gi",
        "kubernetes": {"pvcSpecPatch": {"storageClassName": "fast", "accessModes": ["ReadWriteMany"]}},
    }
    given = {name: task.get("inputs", {}).get("parameters", {}) for name, task in placed.tasks().items()}
    assert {name for name, parameters in given.items() if "workspace" in parameters} == {"fine-tune"}
    assert given["fine-tune"]["workspace"] == {"runtimeValue": {"constant": "{{$.workspace_path}}"}}
    known = placed.graph["components"]["comp-fine-tune"]["inputDefinitions"]["parameters"]
    assert known["workspace"] == {"parameterType": "STRING"}
    variables = {variable["name"]: variable["value"] for variable in placed.container("fine-tune")["env"]}
    assert variables["BESSEMER_CHECKPOINTS"] == "/kfp-workspace/checkpoints"
    assert variables["BESSEMER_REFUSALS"] == "/kfp-workspace/refusals"


def test_claims_that_are_there_already(placed: Package) -> None:
    (mounted,) = placed.pod("fine-tune")["pvcMount"]
    assert (mounted["constant"], mounted["mountPath"]) == ("models", "/models")


def test_no_pod_runs_as_root_and_each_has_a_folder_to_write_in(placed: Package) -> None:
    pods = placed.platform["deploymentSpec"]["executors"]
    assert set(pods) == set(placed.graph["deploymentSpec"]["executors"])
    assert all(pod["securityContext"]["runAsNonRoot"] is True for pod in pods.values())
    pod = placed.pod("compress-model")
    assert pod["securityContext"] == {"runAsUser": "1234", "runAsGroup": "5678", "runAsNonRoot": True}
    assert pod["emptyDirMounts"] == [{"volumeName": "tmp", "mountPath": "/tmp", "sizeLimit": "3Gi"}]
    left = placed.pod("select-candidate")
    assert left["securityContext"] == {"runAsNonRoot": True}
    assert "emptyDirMounts" not in left


def test_candidates_side_by_side(placed: Package) -> None:
    assert placed.tasks()["for-loop-1"]["iteratorPolicy"] == {"parallelismLimit": 2}


def test_by_default_there_is_no_workspace_and_no_variable(tmp_path: Path) -> None:
    placed = write(tmp_path, "run: {}\n")
    assert "workspace" not in placed.platform["pipelineConfig"]
    assert "env" not in placed.container("fine-tune")
    assert placed.tasks()["for-loop-1"]["iteratorPolicy"] == {"parallelismLimit": 1}


def test_the_back_end_knows_every_field(placed: Package) -> None:
    json_format.ParseDict(placed.graph, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(placed.graph["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    json_format.ParseDict(placed.platform, pipeline_spec_pb2.SinglePlatformSpec())
    for pod in placed.platform["deploymentSpec"]["executors"].values():
        json_format.ParseDict(pod, KubernetesExecutorConfig())
