"""Compiles the graph into the package that Kubeflow Pipelines takes."""

from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.faults import writing
from pipelines.fingerprint import code_revision
from pipelines.images import executors, in_images, references

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

REGISTERS = "exec-register-model"


def write_package(output: Path) -> Path:
    """Write the pipeline package; return its path. Its images are named as `pipelines.images.references` does.

    Raises:
        BadInput: `make images` was last run on another revision.
        Unwritable: `output` cannot be written.

    """
    from kfp import compiler

    from pipelines.build_model import build_model

    packaged = _with_origin(in_images(build_model, references()))
    partial = output.with_name(f".partial-{output.name}")
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        compiler.Compiler().compile(packaged, str(partial))
        partial.replace(output)
    return output


def _with_origin(graph: "GraphComponent") -> "GraphComponent":
    """Return `graph`, in which registration now finds git revision, image and KFP run in its environment.

    The graph as it runs here says none of them: a container's environment is part of the cache key, so that each commit
    would register the same model again. KFP replaces no placeholder in an environment, but labels a pod with its run.
    """
    container = executors(graph)[REGISTERS]["container"]
    known = {"BESSEMER_GIT_REVISION": code_revision(), "BESSEMER_IMAGE": container["image"]}
    container["env"] = [{"name": name, "value": value} for name, value in known.items() if value]
    run = {"name": "KFP_RUN_ID", "fieldPath": "metadata.labels['pipeline/runid']"}
    # as `use_field_path_as_env` of the package kfp-kubernetes writes it, which nothing else here needs
    graph.platform_spec.platforms["kubernetes"].deployment_spec.executors[REGISTERS].update({"fieldPathAsEnv": [run]})
    return graph
