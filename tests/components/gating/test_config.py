import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.gating.config import GatingSettings


def test_the_defaults_are_sound() -> None:
    assert read_settings(GatingSettings, {}, "gating") == GatingSettings()


def test_kfp_hands_whole_numbers_over_as_floats() -> None:
    assert read_settings(GatingSettings, {"min_slice_rows": 30.0, "margin_points": 2}, "gating").min_slice_rows == 30


def test_an_interval_needs_draws_beyond_its_ends() -> None:
    with pytest.raises(BadInput) as refusal:
        read_settings(GatingSettings, {"alpha": 0.01, "resamples": 500}, "gating")
    assert "gating.resamples: found 500; expected at least 1,000 at gating.alpha 0.01" in str(refusal.value)


def test_every_impossible_value_is_named() -> None:
    section = {"rule": "better", "margin_points": 0, "alpha": 0.6, "power": 1, "min_accuracy": 84, "max_p95": 8}
    with pytest.raises(BadInput) as refusal:
        read_settings(GatingSettings, section, "gating")
    things = {fault.thing for fault in refusal.value.faults}
    assert things == {f"gating.{name}" for name in section}
    assert "Did you mean max_p95_ms?" in str(refusal.value)
