import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.drift_monitoring.config import DriftSettings
from components.drift_monitoring.holm import thresholds
from components.drift_monitoring.question import PERMUTATIONS


def test_the_defaults_are_five_of_a_hundred_over_all_tests() -> None:
    assert read_settings(DriftSettings, {"rows": 500.0}, "drift_monitoring") == DriftSettings(alpha=0.05, rows=500)


def test_at_the_least_alpha_a_test_by_permutations_can_still_alarm_among_others_that_find_nothing() -> None:
    least = read_settings(DriftSettings, {"alpha": 0.01}, "drift_monitoring").alpha
    tests = 8  # with labels there are as many
    assert thresholds([1 / (PERMUTATIONS + 1), *[1.0] * (tests - 1)], least)[0] == (least / tests, True)


@pytest.mark.parametrize("section", [{"alpha": 0.005}, {"alpha": 0.5}, {"rows": 10}, {"threshold": 0.1}, {"seed": -1}])
def test_wrong_values_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"drift_monitoring\."):
        read_settings(DriftSettings, section, "drift_monitoring")
