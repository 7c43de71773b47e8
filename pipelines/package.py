"""Compiles the graph into the package that Kubeflow Pipelines takes."""

import copy
import os
from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.faults import writing
from components.images import TAG
from pipelines.fingerprint import code_revision

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

REGISTERS = "exec-register-model"


def write_package(output: Path) -> Path:
    """Write the pipeline package, its images named by the code's git revision; return its path.

    Raises:
        Unwritable: `output` cannot be written.

    """
    os.environ.setdefault(TAG, code_revision() or "latest")  # before the components are imported: they read it then
    from kfp import compiler

    from pipelines.build_model import build_model

    partial = output.with_name(f".partial-{output.name}")
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        compiler.Compiler().compile(_with_origin(build_model), str(partial))
        partial.replace(output)
    return output


def _with_origin(graph: "GraphComponent") -> "GraphComponent":
    """Return a copy of `graph` in which each task finds its KFP run in its environment, and registration its origin.

    The graph as it runs here says none of it: a container's environment is part of the cache key, so that each commit
    would register the same model again. KFP replaces no placeholder in an environment, but labels a pod with its run.
    """
    packaged = copy.deepcopy(graph)
    container = packaged.pipeline_spec.deployment_spec["executors"][REGISTERS]["container"]
    known = {"BESSEMER_GIT_REVISION": code_revision(), "BESSEMER_IMAGE": container["image"]}
    container["env"] = [{"name": name, "value": value} for name, value in known.items() if value]
    run = {"name": "KFP_RUN_ID", "fieldPath": "metadata.labels['pipeline/runid']"}
    # as `use_field_path_as_env` of the package kfp-kubernetes writes it, which nothing else here needs
    executors = packaged.platform_spec.platforms["kubernetes"].deployment_spec.executors
    for name in packaged.pipeline_spec.deployment_spec["executors"]:
        executors[name].update({"fieldPathAsEnv": [run]})
    return packaged
