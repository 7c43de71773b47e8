"""Presets: one YAML file for a use, a section a room; read with overrides, every fault at once with its line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from components.contracts.candidate import BASELINE
from components.contracts.faults import BadInput, Fault, refuse_if_any
from pipelines.sections import ROOMS, faults_of, lay_over
from pipelines.yaml_file import line_of, parse, plain

PRESETS = Path(__file__).parent / "presets"
NO_PRESET = "none"
"""What a run on Kubeflow names whose settings say everything, as those of a file of one's own: no image holds it."""


@dataclass(frozen=True)
class Preset:
    """A preset that has been checked."""

    name: str
    description: str
    recipes: tuple[str, ...]
    """The compression recipes; the baseline is always measured and stands in no preset."""
    sections: dict[str, dict[str, Any]]
    """The settings of each room as they were given; what is absent takes the room's default."""

    base: str
    """The preset of Bessemer's that it starts from; NO_PRESET for a file of the user's own."""
    settings: dict[str, Any]
    """What is laid over `base`."""

    @property
    def measured(self) -> list[str]:
        """What the run compresses and measures: the baseline, then the recipes."""
        return [BASELINE, *self.recipes]

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the `build_model` pipeline."""
        return {"preset": self.base, "settings": self.settings}

    def sources(self) -> list[str]:
        """Return what it names as sources of rows and of the model; they may be paths of this machine."""
        data, model = self.sections["data_ingestion"], self.sections["model_ingestion"]
        named = (data.get("source"), data.get("repository"), model.get("source"))
        return [str(source) for source in named if source]


def names() -> list[str]:
    """Return the names of the presets that come with Bessemer."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load(name: str, overrides: Sequence[str] = ()) -> Preset:
    """Return a preset by its name, or from a YAML file of the user's, with `room.key=value` overrides laid over it.

    Raises:
        BadInput: every fault of the file and of the overrides, with file and line.

    """
    path = _find(name)
    tree = parse(path, "preset", "a section a room")
    values = plain(tree)
    faults: list[Fault] = []
    overridden: dict[str, str] = {}
    for override in overrides:
        faults += _override(values, override, overridden)
    faults += faults_of(values)
    refuse_if_any(_located(fault, path, tree, overridden) for fault in faults)
    given = {key: value for key, value in values.items() if value is not None}  # which no KFP parameter can hold
    if name not in names():
        return checked(values, path.stem, base=NO_PRESET, settings=given)
    touched = {key.partition(".")[0] for key in overridden}
    return checked(values, name, base=name, settings={key: given[key] for key in given if key in touched})


def settings_of(overrides: Sequence[str]) -> dict[str, Any]:
    """Return `room.key=value` overrides as sections, which whoever lays them over others checks.

    Raises:
        BadInput: every override of the wrong form.

    """
    values: dict[str, Any] = {}
    refuse_if_any(fault for override in overrides for fault in _override(values, override, {}))
    return values


def checked(values: Mapping[str, Any], name: str, base: str, settings: dict[str, Any]) -> Preset:
    """Return the preset that `values`, in which no fault was found, make up."""
    return Preset(
        name=name,
        description=values.get("description", ""),
        recipes=tuple(values["recipes"]),
        sections={room: values.get(room) or {} for room in ROOMS},
        base=base,
        settings=settings,
    )


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        way_out = f"Did you mean {near[0]}?" if near else "Or name a YAML file of your own."
        raise BadInput(Fault(f"the preset {name!r}", "no such preset", f"one of {', '.join(names())}", way_out))
    return PRESETS / f"{name}.yaml"


def _override(values: dict[str, Any], override: str, overridden: dict[str, str]) -> list[Fault]:
    """Put one `room.key=value` into `values` and note it in `overridden`; return what is wrong with its form."""
    path, separator, text = override.partition("=")
    keys = path.split(".")
    if not separator or not all(keys):
        return [Fault(f"--set {override}", "no room.key=value", "such as --set fine_tuning.epochs=1")]
    try:
        value = plain(YAML(typ="safe").load(text)) if text else ""
    except (YAMLError, ValueError):  # ValueError: a date that no calendar has
        value = text
    target = values
    for key in keys[:-1]:
        if target.get(key) is None:  # absent, or a section that the file leaves empty
            target[key] = {}
        inner = target[key]
        if not isinstance(inner, dict):
            return [Fault(f"--set {override}", f"{key} is a single value", "a section or a mapping")]
        target = inner
    if target is values:
        lay_over(values, {path: value})
    else:
        target[keys[-1]] = value
    overridden[path] = override
    return []


def _located(fault: Fault, path: Path, tree: CommentedMap, overridden: Mapping[str, str]) -> Fault:
    """Return `fault` with the override or the line that it comes from."""
    if fault.where or fault.thing.startswith("--set"):
        return fault
    for key, override in overridden.items():
        if fault.thing == key or fault.thing.startswith(f"{key}."):
            return replace(fault, where=f"--set {override}")
    return replace(fault, where=f"{path}:{line_of(tree, fault.thing.split('.'))}")
