"""Presets: one YAML file for a use, a section a room; read with overrides, every fault at once with its line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from components.compression.config import RECIPES, CompressionSettings
from components.contracts.candidate import BASELINE
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.settings import Settings, find_faults
from components.data_ingestion.config import DataIngestionSettings
from components.data_validation.config import DataValidationSettings
from components.evaluation.config import EvaluationSettings
from components.fine_tuning.config import FineTuningSettings
from components.model_ingestion.config import ModelIngestionSettings
from components.registration.config import RegistrationSettings
from components.selection.config import SelectionSettings

PRESETS = Path(__file__).parent / "presets"
ROOMS: dict[str, type[Settings]] = {
    "data_ingestion": DataIngestionSettings,
    "model_ingestion": ModelIngestionSettings,
    "data_validation": DataValidationSettings,
    "fine_tuning": FineTuningSettings,
    "compression": CompressionSettings,
    "evaluation": EvaluationSettings,
    "selection": SelectionSettings,
    "registration": RegistrationSettings,
}
"""The settings of each room, in the order of the way of the data."""
OFFERED = [recipe for recipe in RECIPES if recipe != BASELINE]
"""The recipes that a preset may name."""


@dataclass(frozen=True)
class Preset:
    """A preset that has been checked."""

    name: str
    description: str
    recipes: tuple[str, ...]
    """The compression recipes; the baseline is always measured and stands in no preset."""
    sections: dict[str, dict[str, Any]]
    """The settings of each room as they were given; what is absent takes the room's default."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the `build_model` pipeline."""
        return {"recipes": [BASELINE, *self.recipes], **self.sections}

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
    tree = _parse(path)
    values = _plain(tree)
    faults: list[Fault] = []
    overridden: dict[str, str] = {}
    for override in overrides:
        faults += _lay_over(values, override, overridden)
    faults += _faults_of(values)
    refuse_if_any(_located(fault, path, tree, overridden) for fault in faults)
    return Preset(
        name=path.stem,
        description=values.get("description", ""),
        recipes=tuple(values["recipes"]),
        sections={room: values.get(room) or {} for room in ROOMS},
    )


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        way_out = f"Did you mean {near[0]}?" if near else "Or name a YAML file of your own."
        raise BadInput(Fault(f"the preset {name!r}", "no such preset", f"one of {', '.join(names())}", way_out))
    return PRESETS / f"{name}.yaml"


def _parse(path: Path) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(Fault("the YAML", str(error.problem), "well-formed YAML", where=f"{path}:{line}")) from None
    except (YAMLError, ValueError) as error:  # ValueError: bytes that are no UTF-8, or a date that no calendar has
        raise BadInput(Fault("the file", str(error).splitlines()[0], "UTF-8 text in YAML", where=str(path))) from None
    except OSError as error:
        found = (error.strerror or str(error)).lower()
        raise BadInput(Fault(str(path), found, "a preset's YAML file that can be read")) from None
    if not isinstance(tree, CommentedMap):
        raise BadInput(Fault("the preset", type(tree).__name__, "a section a room", where=f"{path}:1"))
    return tree


def _plain(value: Any) -> Any:
    """Return ruamel's round-trip values as plain ones, which JSON and KFP take; what those lack, as a date, as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value if value is None else str(value)


def _lay_over(values: dict[str, Any], override: str, overridden: dict[str, str]) -> list[Fault]:
    """Put one `room.key=value` into `values` and note it in `overridden`; return what is wrong with its form."""
    path, separator, text = override.partition("=")
    keys = path.split(".")
    if not separator or not all(keys):
        return [Fault(f"--set {override}", "no room.key=value", "such as --set fine_tuning.epochs=1")]
    try:
        value = _plain(YAML(typ="safe").load(text)) if text else ""
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
    target[keys[-1]] = value
    overridden[path] = override
    return []


def _faults_of(values: dict[str, Any]) -> list[Fault]:
    faults = []
    known = ["description", "recipes", *ROOMS]
    for key in values:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            way_out = f"Did you mean {near[0]}?" if near else f"Sections are {', '.join(known)}."
            faults.append(Fault(key, "a section that does not exist", "a known section", way_out))
    faults += _faults_of_recipes(values.get("recipes"))
    by_room = {room: _faults_of_section(room, values.get(room)) for room in ROOMS}
    for found in by_room.values():
        faults += found
    if not by_room["fine_tuning"] and not by_room["evaluation"]:
        faults += _faults_between(values.get("fine_tuning") or {}, values.get("evaluation") or {})
    return faults


def _faults_of_section(room: str, section: Any) -> list[Fault]:
    if section is None or isinstance(section, dict):
        return find_faults(ROOMS[room], section or {}, room)
    return [Fault(room, repr(section), "a mapping of keys to values")]


def _faults_between(fine_tuning: Mapping[str, Any], evaluation: Mapping[str, Any]) -> list[Fault]:
    """Return what does not fit together between two sections that are each right by themselves."""
    if "sizes" not in evaluation:  # nobody asked for the default ones: evaluation cuts them as it cuts texts
        return []
    tuning = FineTuningSettings(**fine_tuning)
    longest = max(tokens for _, tokens in EvaluationSettings(**evaluation).sizes)
    if longest <= tuning.max_tokens:
        return []
    expected = f"at most fine_tuning.max_tokens, {tuning.max_tokens}"
    way_out = "No text is ever that long: measure shorter ones, or raise fine_tuning.max_tokens."
    return [Fault("evaluation.sizes", f"{longest} tokens", expected, way_out)]


def _faults_of_recipes(recipes: Any) -> list[Fault]:
    if not isinstance(recipes, list) or not recipes:
        return [Fault("recipes", repr(recipes), f"a list with at least one of {', '.join(OFFERED)}")]
    faults = []
    for place, recipe in enumerate(recipes):
        if recipe == BASELINE:
            faults.append(Fault(f"recipes.{place}", BASELINE, "no baseline: it is always measured", "Remove it."))
        elif recipe not in OFFERED:
            near = get_close_matches(str(recipe), OFFERED, n=1)
            way_out = f"Did you mean {near[0]}?" if near else ""
            faults.append(Fault(f"recipes.{place}", repr(recipe), f"one of {', '.join(OFFERED)}", way_out))
        elif recipe in recipes[:place]:
            faults.append(Fault(f"recipes.{place}", f"{recipe} again", "each recipe once", "Remove it."))
    return faults


def _located(fault: Fault, path: Path, tree: CommentedMap, overridden: Mapping[str, str]) -> Fault:
    """Return `fault` with the override or the line that it comes from."""
    if fault.where or fault.thing.startswith("--set"):
        return fault
    for key, override in overridden.items():
        if fault.thing == key or fault.thing.startswith(f"{key}."):
            return replace(fault, where=f"--set {override}")
    return replace(fault, where=f"{path}:{_line(tree, fault.thing.split('.'))}")


def _line(tree: Any, keys: Sequence[str]) -> int:
    """Return the 1-based line of the deepest of `keys` that stands in the file."""
    line = 1
    for key in keys:
        place: Any = int(key) if isinstance(tree, list) and key.isdigit() else key
        positions = getattr(getattr(tree, "lc", None), "data", None) or {}
        if place not in positions:
            break
        line = positions[place][0] + 1
        tree = tree[place]
    return line
