import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.fine_tuning.config import FineTuningSettings


def test_an_empty_section_is_a_working_training() -> None:
    assert read_settings(FineTuningSettings, {}, "fine_tuning") == FineTuningSettings()


def test_all_faults_come_at_once() -> None:
    section = {"epochs": 0, "learning_rte": 1e-4, "precision": "fp8", "max_tokens": 512, "tokens_per_batch": 256}
    with pytest.raises(BadInput) as refusal:
        read_settings(FineTuningSettings, section, "fine_tuning")
    message = str(refusal.value)
    assert len(refusal.value.faults) == 4
    assert "fine_tuning.epochs: found 0; expected greater than 0. The default is 2." in message
    assert "fine_tuning.learning_rte: found a key that does not exist" in message
    assert "Did you mean learning_rate?" in message
    assert 'fine_tuning.precision: found "fp8"' in message
    assert "fine_tuning.tokens_per_batch: found 256; expected at least fine_tuning.max_tokens, which is 512" in message


def test_numbers_that_kfp_made_floats_are_taken() -> None:
    assert read_settings(FineTuningSettings, {"epochs": 3.0, "patience": 2.0}, "fine_tuning").epochs == 3
