"""A step's `dsl.Metrics`: numbers in its metadata, which KFP's pages show, and the same numbers in a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from components.contracts.folders import write_text_whole


class MetricsArtifact(Protocol):
    """What is used here of `kfp.dsl.Metrics`."""

    path: str

    def log_metric(self, metric: str, value: float) -> None:
        """Take one number."""


def write_metrics(artifact: MetricsArtifact, values: Mapping[str, float]) -> None:
    """Put `values` into the artifact's metadata and, as JSON, into its file.

    KFP itself writes no file for metrics. Its local cache takes an artifact without one for lost, and would run the
    step again each time.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    for name, value in values.items():
        artifact.log_metric(name, value)
    write_text_whole(Path(artifact.path), json.dumps(dict(values), indent=2) + "\n")
