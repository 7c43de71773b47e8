"""Compiles the graph into the package that Kubeflow Pipelines takes."""

import os
from pathlib import Path

from components.contracts.faults import writing
from components.images import TAG
from pipelines.fingerprint import code_revision


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
        compiler.Compiler().compile(build_model, str(partial))
        partial.replace(output)
    return output
