from dataclasses import fields

import pandas as pd  # type: ignore[import-untyped]
import pytest

from components.contracts.settings import read_settings
from components.data_validation.config import DataValidationSettings
from components.data_validation.expectations import checks
from components.data_validation.judge import judge
from components.data_validation.measure import Measured


def test_every_setting_has_its_check_in_the_same_order() -> None:
    names = [check.name for check in checks(DataValidationSettings(), 512)]
    assert names == ["schema", *(field.name for field in fields(DataValidationSettings))]


def test_what_is_off_is_not_checked() -> None:
    off = {field.name: {"severity": "off"} for field in fields(DataValidationSettings)}
    settings = read_settings(DataValidationSettings, off, "data_validation")
    assert [check.name for check in checks(settings, 512)] == ["schema"]


@pytest.mark.parametrize("hundredths", [7, 14, 28, 42, 58, 93])
def test_a_share_at_its_bound_passes_and_one_above_it_fails(hundredths: int) -> None:
    section = {"card_numbers": {"severity": "hard", "max_share": hundredths / 100}}
    settings = read_settings(DataValidationSettings, section, "data_validation")
    check = next(check for check in checks(settings, 512) if check.name == "card_numbers")
    for broken in (hundredths, hundredths + 1):
        table = pd.DataFrame({"card numbers": [1.0] * broken + [0.0] * (100 - broken)})
        assert judge(Measured({"rows": table}), [check]).outcomes[0].passed == (broken == hundredths)


def test_near_copies_are_judged_by_the_bound_itself() -> None:
    check = next(check for check in checks(DataValidationSettings(), 512) if check.name == "leakage_near")
    table = pd.DataFrame({"similarity to an earlier split": [None, 0.0, 0.69, 0.7, 1.0]})
    outcome = judge(Measured({"rows": table}), [check]).outcomes[0]
    assert (outcome.unexpected, outcome.total, outcome.examples) == (2, 4, (3, 4))


def test_the_model_s_own_length_is_the_bound_where_none_is_set() -> None:
    by_default = next(check for check in checks(DataValidationSettings(), 77) if check.name == "tokens")
    assert by_default.complaint == "texts longer than 77 tokens"
    section = {"tokens": {"min_tokens": 4, "max_tokens": 9}}
    settings = read_settings(DataValidationSettings, section, "data_validation")
    own = next(check for check in checks(settings, 77) if check.name == "tokens")
    assert own.complaint == "texts shorter than 4 or longer than 9 tokens"
