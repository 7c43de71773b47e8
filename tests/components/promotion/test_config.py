"""The settings of a promotion."""

import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.promotion.config import PromotionSettings


def test_the_defaults_move_at_once() -> None:
    assert read_settings(PromotionSettings, {}, "promotion") == PromotionSettings("auto", 72.0)


def test_every_fault_is_named() -> None:
    with pytest.raises(BadInput) as refusal:
        read_settings(PromotionSettings, {"policy": "never", "hours_to_approve": 0, "polcy": "auto"}, "promotion")
    assert {fault.thing for fault in refusal.value.faults} == {
        "promotion.policy",
        "promotion.hours_to_approve",
        "promotion.polcy",
    }
