"""A room's settings: a frozen pydantic dataclass, read from one section of a preset, all faults at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from components.contracts.faults import BadInput, Fault, refuse_if_any

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""For `@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)`: a misspelt key is a fault, and so is NaN."""


class Settings(Protocol):
    """What a room's `config.py` holds: a frozen dataclass that knows which of its values exclude each other."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations among values that are each right by themselves."""


C = TypeVar("C", bound=Settings)


def read_settings(config: type[C], section: Mapping[str, Any], room: str) -> C:
    """Return `section` as a `config`, strictly typed.

    Raises:
        BadInput: every unknown key, wrong type, missing value and impossible combination, each named `room.key`.

    """
    faults = find_faults(config, section, room)
    refuse_if_any(faults)
    return TypeAdapter(config).validate_json(_as_json(section), strict=True)


def read_settings_file(config: type[C], path: Path | None, room: str) -> C:
    """Return the settings in a JSON file that holds one section of a preset; the defaults where no file is given.

    Raises:
        BadInput: the file holds no such section; see also `read_settings`.

    """
    return read_settings(config, _section(path) if path else {}, room)


def _section(path: Path) -> dict[str, Any]:
    expected = "a JSON object of settings"
    try:
        section = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(Fault(str(path), error.strerror or str(error), expected)) from None
    except ValueError as error:
        raise BadInput(Fault(str(path), str(error), expected)) from None
    if not isinstance(section, dict):
        raise BadInput(Fault(str(path), json.dumps(section)[:80], expected))
    return section


def find_faults(config: type[C], section: Mapping[str, Any], room: str) -> list[Fault]:
    """Return every fault of `section`; combinations are judged on the values that are right by themselves."""
    adapter = TypeAdapter(config)
    try:
        return adapter.validate_json(_as_json(section), strict=True).conflicts()
    except ValidationError as error:
        problems = error.errors(include_url=False)
    faults = [_fault(config, problem, room) for problem in problems]
    defective = {str(problem["loc"][0]) for problem in problems if problem["loc"]}
    sound = {key: value for key, value in section.items() if key not in defective}
    try:
        return faults + adapter.validate_json(_as_json(sound), strict=True).conflicts()
    except ValidationError:  # a required value is among the defective ones: nothing to combine
        return faults


def _as_json(section: Mapping[str, Any]) -> str:
    # what YAML knows and JSON does not, such as a date, becomes text: a fault if the setting wants a number
    return json.dumps(whole_numbers_as_integers(dict(section)), default=str)


def whole_numbers_as_integers(value: Any) -> Any:
    """Return a value of JSON with 3 for 3.0: KFP hands every number inside a dict over as a float."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: whole_numbers_as_integers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [whole_numbers_as_integers(item) for item in value]
    return value


def _keys(config: type, sections: Sequence[str]) -> list[str]:
    """Return the keys of a section inside the settings, or of the settings themselves."""
    for section in sections:
        config = get_type_hints(config).get(section, config)
    return [field.name for field in fields(cast(Any, config))] if is_dataclass(config) else []


def _fault(config: type, problem: Any, room: str) -> Fault:
    path = ".".join(map(str, problem["loc"]))
    thing = f"{room}.{path}" if path else room
    if problem["type"] == "unexpected_keyword_argument":
        *sections, key = map(str, problem["loc"])
        names = _keys(config, sections)
        near = get_close_matches(key, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Remove it; known are {', '.join(names)}."
        return Fault(thing, "a key that does not exist", "a known key", hint)
    if problem["type"] in ("missing", "missing_argument"):
        return Fault(thing, "nothing", "a value; it has no default", f"Set it in the preset or with --set {thing}=…")
    expected = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    default = next((f.default for f in fields(cast(Any, config)) if f.name == path and f.default is not MISSING), None)
    way_out = f"The default is {json.dumps(default)}." if isinstance(default, (str, int, float, bool)) else ""
    found = json.dumps(problem["input"], default=str, ensure_ascii=False)
    return Fault(thing, found if len(found) <= 80 else f"{found[:79]}…", expected, way_out)
