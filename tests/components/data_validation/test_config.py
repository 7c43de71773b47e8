import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.data_validation.config import DataValidationSettings


def read(**section: object) -> DataValidationSettings:
    return read_settings(DataValidationSettings, section, "data_validation")


def test_what_a_section_does_not_say_keeps_its_default() -> None:
    settings = read(leakage_near={"severity": "hard"}, duplicates={"max_share": 0.5})
    assert (settings.leakage_near.severity, settings.leakage_near.min_similarity) == ("hard", 0.7)
    assert (settings.duplicates.severity, settings.duplicates.max_share) == ("soft", 0.5)


def test_whole_numbers_come_from_kfp_as_floats() -> None:
    assert read(distinct_texts={"min_train": 5.0}).distinct_texts.min_train == 5


def test_all_faults_come_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        read(leakage_exact={"severity": "fatal"}, mojibake={"max_share": 2}, phone_numbers={"region": "usa"}, near={})
    text = str(refused.value)
    assert "data_validation.leakage_exact.severity" in text
    assert "data_validation.mojibake.max_share" in text
    assert "data_validation.phone_numbers.region" in text
    assert "data_validation.near: found a key that does not exist" in text


def test_bounds_that_cross_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        read(characters={"min_characters": 10, "max_characters": 5}, tokens={"min_tokens": 9, "max_tokens": 8})
    assert str(refused.value) == (
        "data_validation.characters.min_characters: found 10; expected at most max_characters, 5. No text is both "
        "longer and shorter.\n"
        "data_validation.tokens.min_tokens: found 9; expected at most max_tokens, 8. No text is both longer and "
        "shorter."
    )
