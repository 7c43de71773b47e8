import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.retraining.config import RetrainingSettings


def test_the_defaults_hold() -> None:
    settings = read_settings(RetrainingSettings, {}, "retraining")
    assert settings == RetrainingSettings()
    assert settings.start_from == "base"


def test_every_fault_is_told_at_once() -> None:
    wrong = {"start_from": "yesterday", "max_failures": 0, "cooldown_hours": -1, "cooldown": 3}
    with pytest.raises(BadInput) as refused:
        read_settings(RetrainingSettings, wrong, "retraining")
    told = str(refused.value)
    assert "retraining.start_from" in told
    assert "retraining.max_failures" in told
    assert "retraining.cooldown_hours" in told
    assert "Did you mean cooldown_hours?" in told
