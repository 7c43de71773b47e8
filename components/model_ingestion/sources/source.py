"""A source of models as two functions, and which source a name means."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.contracts.faults import BadInput, Fault
from components.model_ingestion.config import ModelIngestionSettings

_HUB_NAME = re.compile(r"([A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*")
"""The hub's oldest models have no owner in their names, such as gpt2."""


@dataclass(frozen=True)
class Source:
    """Where a model lies."""

    look_up: Callable[[ModelIngestionSettings], str]
    """Returns what the source means now: a commit, a version, or the hash of its content."""
    fetch: Callable[[ModelIngestionSettings, str, Path], list[str]]
    """`fetch(settings, revision, folder)` copies the wanted files of that revision into an empty folder, and returns
    the names of all files that lie beside them, so that a fault can say what is there instead."""


def source_of(settings: ModelIngestionSettings) -> Source:
    """Return the source that `settings.source` names; a folder that is there comes before a hub name.

    Raises:
        BadInput: it names none.

    """
    name = settings.source
    if name.startswith("package://") or Path(name).is_dir():
        from components.model_ingestion.sources import folder

        return Source(folder.look_up, folder.fetch)
    if name.startswith("s3://"):
        from components.model_ingestion.sources import s3

        return Source(s3.look_up, s3.fetch)
    if name.startswith("models:/"):
        from components.model_ingestion.sources import registry

        return Source(registry.look_up, registry.fetch)
    if _HUB_NAME.fullmatch(name) and not Path(name).exists():
        from components.model_ingestion.sources import hub

        return Source(hub.look_up, hub.fetch)
    found = "a file" if Path(name).exists() else "no such folder"
    expected = "a folder, package://name/path, s3://bucket/prefix, models:/name/version or a hub name org/name"
    raise BadInput(Fault(f"model_ingestion.source {name}", found, expected, "Correct the name or the path."))
