import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.selection.config import SelectionSettings


def test_only_budgets_that_are_set_are_budgets() -> None:
    assert SelectionSettings().budgets() == {"max_quality_drop": 1.0}
    settings = read_settings(
        SelectionSettings, {"max_quality_drop": 0, "max_mib": 30, "min_speed_up": 2.5}, "selection"
    )
    assert settings.budgets() == {"max_quality_drop": 0, "max_mib": 30, "min_speed_up": 2.5}


def test_an_upper_end_below_the_loss_itself_is_impossible() -> None:
    with pytest.raises(BadInput) as refused:
        read_settings(SelectionSettings, {"max_quality_drop": 1.5, "max_quality_drop_upper": 1.0}, "selection")
    assert (
        "selection.max_quality_drop_upper: found 1; expected at least selection.max_quality_drop, which is 1.5."
        in str(refused.value)
    )


@pytest.mark.parametrize("section", [{"max_p95_ms": -1}, {"objective": "cheapest"}, {"max_drop": 1.0}])
def test_wrong_values_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"selection\."):
        read_settings(SelectionSettings, section, "selection")
