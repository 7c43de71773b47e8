"""A section a room: what a preset may say, and everything that is wrong with what it says."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from components.compression.config import RECIPES, CompressionSettings
from components.contracts.candidate import BASELINE
from components.contracts.faults import Fault
from components.contracts.settings import Settings, find_faults
from components.data_ingestion.config import DataIngestionSettings
from components.data_validation.config import DataValidationSettings
from components.evaluation.config import EvaluationSettings
from components.fine_tuning.config import FineTuningSettings
from components.gating.config import GatingSettings
from components.model_ingestion.config import ModelIngestionSettings
from components.promotion.config import PromotionSettings
from components.registration.config import RegistrationSettings
from components.retraining.config import RetrainingSettings
from components.selection.config import SelectionSettings

ROOMS: dict[str, type[Settings]] = {
    "data_ingestion": DataIngestionSettings,
    "model_ingestion": ModelIngestionSettings,
    "data_validation": DataValidationSettings,
    "fine_tuning": FineTuningSettings,
    "compression": CompressionSettings,
    "evaluation": EvaluationSettings,
    "selection": SelectionSettings,
    "registration": RegistrationSettings,
    "gating": GatingSettings,
    "promotion": PromotionSettings,
    "retraining": RetrainingSettings,
}
"""The settings of each room, in the order of the way of the data."""
OFFERED = [recipe for recipe in RECIPES if recipe != BASELINE]
"""The recipes that a preset may name."""


def lay_over(values: dict[str, Any], settings: Mapping[str, Any]) -> None:
    """Put what `settings` says in the place of what `values` says, key by key in a section."""
    for name, given in settings.items():
        section = values.get(name) or {}
        if name in ROOMS and isinstance(section, dict) and isinstance(given, dict | None):
            values[name] = {**section, **(given or {})}
        else:
            values[name] = given


def faults_of(values: Mapping[str, Any]) -> list[Fault]:
    """Return everything that is wrong with a preset's values, each fault named `room.key`."""
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
