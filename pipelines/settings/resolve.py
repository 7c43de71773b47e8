"""Lays what a run's form asks for over a preset, and checks it: what is wrong is said in the run's first seconds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any, get_args

from components.contracts.faults import Fault, refuse_if_any
from components.selection.config import Objective
from pipelines.preset import NO_PRESET, PRESETS, Preset, checked, names
from pipelines.sections import faults_of, lay_over
from pipelines.yaml_file import parse, plain

AS_THE_PRESET = "as the preset says"
CHOICES = {
    "preset": [*names(), NO_PRESET],
    "task": ["text-classification"],
    "objective": [AS_THE_PRESET, *get_args(Objective)],
}
"""The form's drop-downs."""
FIELDS = {
    "objective": ("selection", "objective"),
    "data_source": ("data_ingestion", "source"),
    "base_model": ("model_ingestion", "source"),
    "model_name": ("registration", "name"),
}
"""Which setting of which room each field of the form is."""


@dataclass(frozen=True)
class Form:
    """What a person fills in to start a run; what is left empty is as the preset says."""

    preset: str
    task: str = "text-classification"
    objective: str = AS_THE_PRESET
    data_source: str = ""
    base_model: str = ""
    model_name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further settings, a section a room, and the recipes: they have the last word."""


def resolve(form: Form) -> Preset:
    """Return the preset that the form names, with the rest of the form laid over it.

    Raises:
        BadInput: every value that is no choice of its drop-down, and every fault of the settings.

    """
    faults = _no_choices(form)
    values = _values_of(form.preset)
    lay_over(values, _asked_for(form))
    lay_over(values, form.settings)
    found = [_located(fault, form) for fault in faults_of(values)]
    if form.preset not in names() and form.preset != NO_PRESET:  # then nobody knows what is missing
        found = [fault for fault in found if fault.where]
    refuse_if_any(faults + found)
    return checked(values, form.preset, form.preset, dict(form.settings))


def asked_for(resolved: Preset) -> dict[str, Any]:
    """Return what a run was asked for, so that it can be asked for again when presets have changed.

    Returns:
        `preset`, the name that it starts from; `overrides`, a section a room with what differs from that preset (all of
        it, where the preset is none of Bessemer's); `recipes`; and the whole section of each room.

    """
    whole = {"recipes": list(resolved.recipes), **resolved.sections}
    overrides = _differing(whole, _values_of(resolved.base))
    return {"preset": resolved.base, "overrides": overrides, **whole}


def _values_of(preset: str) -> dict[str, Any]:
    values = plain(parse(PRESETS / f"{preset}.yaml", "preset", "a section a room")) if preset in names() else {}
    return dict(values)


def _differing(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `values` says otherwise than `others`, key by key in a section."""
    differing = {}
    for name, value in values.items():
        other = others.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping | None):
            value = {key: item for key, item in value.items() if (other or {}).get(key) != item}
        if value not in ({}, other):
            differing[name] = value
    return differing


def _no_choices(form: Form) -> list[Fault]:
    """Return the faults of the drop-downs, which the API takes any text for."""
    faults = []
    for name, choices in CHOICES.items():
        found = asdict(form)[name]
        if found not in choices:
            near = get_close_matches(found, choices, n=1)
            way_out = f"Did you mean {near[0]}?" if near else ""
            faults.append(Fault(name, repr(found), f"one of {', '.join(choices)}", way_out))
    return faults


def _asked_for(form: Form) -> dict[str, dict[str, str]]:
    """Return what the form's own fields ask for, as sections; what is no choice is a fault already."""
    sections: dict[str, dict[str, str]] = {}
    for name, (room, key) in FIELDS.items():
        value = asdict(form)[name]
        if value not in ("", AS_THE_PRESET) and value in CHOICES.get(name, [value]):
            sections.setdefault(room, {})[key] = value
    return sections


def _located(fault: Fault, form: Form) -> Fault:
    """Return `fault` with the field of the form that it comes from; without one where the preset misses something."""
    room, _, rest = fault.thing.partition(".")
    key = rest.partition(".")[0]
    given = form.settings.get(room, {})
    if room in form.settings and (not rest or not isinstance(given, dict) or key in given):
        return replace(fault, where="settings")
    for name, place in FIELDS.items():
        if place == (room, key) and _asked_for(form).get(room, {}).get(key):
            return replace(fault, where=name)
    return fault
