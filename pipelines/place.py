"""Writes a placement into the compiled graph, as the fields that Kubeflow Pipelines' back end reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from google.protobuf import json_format
from kfp import kubernetes
from kfp.dsl.graph_component import GraphComponent
from kfp.dsl.structures import RetryPolicy
from kfp.pipeline_spec import pipeline_spec_pb2 as spec

from components.images import room_of
from pipelines.placement import Placement, RoomPlacement, RunPlacement

WORKSPACE = "/kfp-workspace"
"""Where KFP mounts a run's workspace."""
ON_WORKSPACE = {
    "BESSEMER_CHECKPOINTS": f"{WORKSPACE}/checkpoints",
    "BESSEMER_REFUSALS": f"{WORKSPACE}/refusals",
}
"""What a room that has the workspace keeps there for its next attempt."""


def place(packaged: GraphComponent, placement: Placement) -> None:
    """Write `placement` into the compiled graph: the run's limits, and each room's into all of its tasks."""
    _limit_run(packaged, placement.run)
    executors = packaged.pipeline_spec.deployment_spec["executors"]
    rooms = {name: placement.rooms[room_of(executors[name]["container"]["image"])] for name in executors}
    for name, room in rooms.items():
        container = executors[name]["container"]
        container["resources"] = json_format.MessageToDict(_resources(room))
        variables = room.environment | (ON_WORKSPACE if room.workspace else {})
        if variables:
            _add_environment(container, variables)
        with pod_of(packaged, name) as pod:
            _place_pod(pod, room)
    for component in (packaged.pipeline_spec.root, *packaged.pipeline_spec.components.values()):
        for task in component.dag.tasks.values():
            called = packaged.pipeline_spec.components[task.component_ref.name]
            if called.executor_label:
                _place_task(task, called, rooms[called.executor_label])
            elif task.HasField("iterator_policy"):
                task.iterator_policy.parallelism_limit = placement.run.candidates_at_once


@contextmanager
def pod_of(packaged: GraphComponent, executor: str) -> Iterator[Any]:
    """Yield what kfp-kubernetes takes for a task of `executor`, and write into the package what it notes there."""
    written = packaged.platform_spec.platforms["kubernetes"].deployment_spec.executors[executor]
    pod = SimpleNamespace(platform_config={"kubernetes": json_format.MessageToDict(written)})
    yield pod
    written.update(pod.platform_config["kubernetes"])


def _limit_run(packaged: GraphComponent, run: RunPlacement) -> None:
    config = packaged.platform_spec.platforms["kubernetes"].pipelineConfig
    config.active_deadline_seconds = run.timeout_seconds
    config.resource_ttl_on_completion = run.ttl_seconds
    if run.workspace.size:
        patch = {"storageClassName": run.workspace.storage_class, "accessModes": list(run.workspace.access_modes)}
        config.workspace.size = run.workspace.size
        config.workspace.kubernetes.pvc_spec_patch.update({key: value for key, value in patch.items() if value})


def _resources(room: RoomPlacement) -> spec.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec:
    resources = spec.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec(
        resource_cpu_request=room.cpu_request,
        resource_cpu_limit=room.cpu_limit,
        resource_memory_request=room.memory_request,
        resource_memory_limit=room.memory_limit,
    )
    if room.gpus:
        resources.accelerator.resource_type = room.gpu_type
        resources.accelerator.resource_count = str(room.gpus)
    return resources


def _add_environment(container: Any, variables: dict[str, str]) -> None:
    known = json_format.MessageToDict(container).get("env", [])
    container["env"] = [*known, *({"name": name, "value": value} for name, value in variables.items())]


def _place_pod(pod: Any, room: RoomPlacement) -> None:
    """Note what Kubernetes is to know of a room's pods.

    The back end adds by itself what restricted pod security asks for besides: no new privileges, no capabilities, and
    the runtime's seccomp profile.
    """
    kubernetes.set_security_context(pod, run_as_user=room.user, run_as_group=room.group, run_as_non_root=True)
    if room.tmp_size:
        kubernetes.empty_dir_mount(pod, "tmp", "/tmp", size_limit=room.tmp_size)  # noqa: S108 - it is the pod's own
    if room.timeout_seconds:
        kubernetes.set_timeout(pod, room.timeout_seconds)
    for key, value in room.node_selector.items():
        kubernetes.add_node_selector(pod, key, value)
    for taint in room.tolerations:
        kubernetes.add_toleration(pod, taint.key, taint.operator, taint.value or None, taint.effect or None)
    for secret, variables in room.secrets.items():
        kubernetes.use_secret_as_env(pod, secret, variables)
    if room.pull_secrets:
        kubernetes.set_image_pull_secrets(pod, list(room.pull_secrets))
    for claim, folder in room.claims.items():
        kubernetes.mount_pvc(pod, claim, folder)


def _place_task(task: spec.PipelineTaskSpec, called: spec.ComponentSpec, room: RoomPlacement) -> None:
    if room.retries:
        policy = RetryPolicy(room.retries, f"{room.retry_after_seconds}s", 2.0, "3600s")
        task.retry_policy.CopyFrom(policy.to_proto())
    if room.workspace:  # the back end mounts it where an input names it, and only there
        called.input_definitions.parameters["workspace"].parameter_type = spec.ParameterType.STRING
        task.inputs.parameters["workspace"].runtime_value.constant.string_value = "{{$.workspace_path}}"
