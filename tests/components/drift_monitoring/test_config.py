import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.drift_monitoring.config import DriftSettings


def test_the_defaults_are_five_of_a_hundred_over_all_tests() -> None:
    assert read_settings(DriftSettings, {"rows": 500.0}, "drift_monitoring") == DriftSettings(alpha=0.05, rows=500)


@pytest.mark.parametrize("section", [{"alpha": 0}, {"alpha": 0.5}, {"rows": 10}, {"threshold": 0.1}, {"seed": -1}])
def test_wrong_values_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"drift_monitoring\."):
        read_settings(DriftSettings, section, "drift_monitoring")
