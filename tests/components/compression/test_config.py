import importlib

import pytest

from components.compression.config import RECIPES, CompressionSettings
from components.contracts.faults import BadInput
from components.contracts.settings import read_settings


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_a_module_that_makes(recipe: str) -> None:
    assert callable(importlib.import_module(RECIPES[recipe]).make)


def test_the_defaults_stand_together() -> None:
    assert CompressionSettings().conflicts() == []


def test_a_bound_that_can_never_be_reached_is_a_conflict() -> None:
    section = {"max_calibration_drop": 6.0, "max_changed_answers": 5.0}
    with pytest.raises(BadInput, match=r"compression.max_calibration_drop: found 6 points, above max_changed_answers"):
        read_settings(CompressionSettings, section, "compression")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        read_settings(CompressionSettings, {"tolerance": 0, "rows": 3, "calibration_rows": "all"}, "compression")
    assert {fault.thing for fault in refused.value.faults} == {
        "compression.tolerance",
        "compression.rows",
        "compression.calibration_rows",
    }
