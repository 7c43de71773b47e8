"""What it takes to build a version again, and everything that is missing of it: found before any work starts."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from components.contracts.faults import BadInput, Fault, Refusal
from components.contracts.folders import sha256_of_files, sha256_of_mapping
from components.contracts.settings import read_settings
from components.data_ingestion.config import DataIngestionSettings
from components.model_ingestion.config import ModelIngestionSettings
from pipelines.fingerprint import code_revision
from pipelines.lineage.recorded import Recorded
from pipelines.sections import ROOMS, faults_of

_NO_BUDGET = {"max_quality_drop": 100.0}
"""The version's own recipe is built again, whatever budgets chose it: how fast it is depends on the machine."""

_COMMIT = r"[0-9a-f]{40}"


@dataclass
class Ingredients:
    """What a version is built from again."""

    settings: dict[str, Any]
    """A section a room and the recipe, with each source as it was then."""
    faults: list[Fault] = field(default_factory=list)
    """What is missing: none of it can be replaced."""
    other_code: list[Fault] = field(default_factory=list)
    """How the code and its libraries differ from those that built the version."""


def gather(recorded: Recorded, folder: Path) -> Ingredients:
    """Return what it takes to build a version again, and all that is missing of it.

    Args:
        recorded: the version.
        folder: where a model goes that is another version of this registry: who builds has a registry of its own.

    Raises:
        Unavailable: the registry does not answer.

    """
    found = Ingredients({room: dict(recorded.asked[room]) for room in ROOMS if recorded.asked.get(room)})
    found.settings["recipes"] = [recorded.candidate.recipe]
    found.settings["selection"] = _NO_BUDGET
    found.settings.get("evaluation", {}).pop("threads", None)
    threads = recorded.tuned.made_with.get("threads")
    if threads:  # as many as then, since sums depend on it
        found.settings.setdefault("fine_tuning", {})["threads"] = int(threads)
    found.other_code += [*_code(recorded), *_libraries(recorded)]
    found.faults += faults_of(found.settings)
    if not found.faults:
        _pin(found, "data_ingestion", lambda section: _data(section, recorded.tags))
        _pin(found, "model_ingestion", lambda section: _base(section, recorded.tags, folder))
    return found


def _pin(found: Ingredients, room: str, pinned: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Put what `pinned` makes of a room's section in its place, or note what is missing."""
    try:
        found.settings[room] = pinned(found.settings[room])
    except Refusal as refusal:
        found.faults += refusal.faults


def _code(recorded: Recorded) -> Iterator[Fault]:
    then, now = recorded.tags.get("git_revision", ""), code_revision()
    if not then:
        yield Fault("the code", "that of no git revision", "a commit", "Nobody can tell which code built the version.")
    elif then.endswith("-dirty"):
        yield Fault(
            "the code", f"that of {then}, which no commit holds", "a commit", "Nobody has these changes any more."
        )
    elif then != now:
        yield Fault("the code", now or "no git revision", then, f"git checkout {then}")


def _libraries(recorded: Recorded) -> Iterator[Fault]:
    for name, then in sorted(recorded.made_with.items()):
        now = _installed(name)
        if now != then:
            yield Fault(name, now, then, f"pip install {name}=={then}")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none installed"


def _data(section: dict[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the section with the revision that has the version's bytes, where what is there now has others.

    Raises:
        Refusal: nothing is there any more, or other bytes.

    """
    try:
        return _with_md5(section, tags["data_md5"])
    except Refusal:
        commit, repository = tags.get("data_revision"), section.get("repository") or tags.get("data_repository")
        if not commit or not repository:
            raise
        inside = section["source"] if section.get("repository") else os.path.relpath(section["source"], repository)
        then = {"source": inside, "repository": repository, "revision": commit}
        return _with_md5({**section, **then}, tags["data_md5"])


def _with_md5(section: dict[str, Any], expected: str) -> dict[str, Any]:
    from components.data_ingestion.resolve import resolve

    found = resolve(read_settings(DataIngestionSettings, section, "data_ingestion"))
    if found.md5 != expected:
        way_out = "The version was built from other bytes: bring those back."
        raise BadInput(Fault(f"the data {found.uri}", f"md5 {found.md5}", f"md5 {expected}", way_out))
    return section


def _base(section: dict[str, Any], tags: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return the section with the base model as it was then.

    Raises:
        Refusal: it is not there any more, or another one.

    """
    from components.model_ingestion.resolve import resolve

    settings = read_settings(ModelIngestionSettings, section, "model_ingestion")
    if settings.source.startswith("models:/"):
        return _copied(tags, folder)
    if re.fullmatch(_COMMIT, tags["base_revision"]):  # of a hub, where a branch moves
        section = {**section, "revision": tags["base_revision"]}
        settings = read_settings(ModelIngestionSettings, section, "model_ingestion")
    now = resolve(settings)
    if now != tags["base_revision"]:
        way_out = "The version was built from another one: bring that back."
        thing, expected = f"the base model {settings.source}", f"revision {tags['base_revision'][:12]}"
        raise BadInput(Fault(thing, f"revision {now[:12]}", expected, way_out))
    return section


def _copied(tags: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Bring the version here that was trained further, and return the section that names the copy."""
    from components.model_ingestion.sources.registry import fetch

    parent = ModelIngestionSettings(tags["parent_model"])
    folder.mkdir(parents=True)
    fetch(parent, tags["base_revision"], folder)
    now = sha256_of_mapping(sha256_of_files(folder))
    if now != tags["base_sha256"]:
        way_out = "Its artifacts were changed: restore them from a backup."
        thing = f"the base model {parent.source}"
        raise BadInput(Fault(thing, f"sha256 {now[:12]}", f"sha256 {tags['base_sha256'][:12]}", way_out))
    return {"source": str(folder)}
