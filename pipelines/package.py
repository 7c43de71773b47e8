"""Compiles a graph into the package that Kubeflow Pipelines takes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.contracts.faults import writing
from pipelines.fingerprint import code_revision
from pipelines.images import executors, images_of, in_images, references
from pipelines.jobs import graph_of
from pipelines.placement import Placement
from pipelines.placement import load as load_placement

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

REGISTERS = "exec-register-model"


def write_package(
    output: Path,
    arguments: Mapping[str, Any] | None = None,
    placement: Placement | None = None,
    pipeline: str = "build_model",
) -> Path:
    """Write the pipeline package; return its path. Its images are named as `pipelines.images.references` does.

    Args:
        output: where the package goes.
        arguments: what the form is filled in with; without them, the form's own defaults.
        placement: where each room runs and with what; without one, Bessemer's own.
        pipeline: the graph `pipelines.<pipeline>.<pipeline>`.

    Raises:
        BadInput: `make images` was last run on another revision.
        Unwritable: `output` cannot be written.

    """
    from kfp import compiler

    from pipelines.place import place

    packaged = in_images(graph_of(pipeline), references())
    _offer_choices(packaged)
    _tell_origin(packaged)
    place(packaged, placement or load_placement())
    partial = output.with_name(f".partial-{output.name}")
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        filled_in = dict(arguments) if arguments else None
        compiler.Compiler().compile(packaged, str(partial), pipeline_parameters=filled_in)
        partial.replace(output)
    return output


def _offer_choices(packaged: "GraphComponent") -> None:
    """Let the form offer drop-downs: KFP's API and page know a parameter's `literals`, its SDK writes none."""
    from google.protobuf.struct_pb2 import Value

    from pipelines.settings.resolve import CHOICES

    parameters = packaged.pipeline_spec.root.input_definitions.parameters
    for name in parameters.keys() & CHOICES.keys():
        parameters[name].literals.extend(Value(string_value=choice) for choice in CHOICES[name])


def _tell_origin(packaged: "GraphComponent") -> None:
    """Let each task find its KFP run in its environment, and registration the git revision and all images.

    The graph as it runs here says none of it: a container's environment is part of the cache key, so that each commit
    would register the same model again. KFP replaces no placeholder in an environment, but labels a pod with its run.
    """
    from kfp import kubernetes

    from pipelines.place import pod_of

    if REGISTERS in executors(packaged):
        container = executors(packaged)[REGISTERS]["container"]
        known = {"BESSEMER_GIT_REVISION": code_revision(), "BESSEMER_IMAGES": json.dumps(images_of(packaged))}
        container["env"] = [{"name": name, "value": value} for name, value in known.items() if value]
    for name in executors(packaged):
        with pod_of(packaged, name) as pod:
            kubernetes.use_field_path_as_env(pod, "KFP_RUN_ID", "metadata.labels['pipeline/runid']")
