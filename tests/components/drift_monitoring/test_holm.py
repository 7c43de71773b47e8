from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from components.drift_monitoring.holm import thresholds

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=10)


@given(p_values, st.floats(0.001, 0.2))
def test_it_rejects_as_statsmodels_does(values: list[float], alpha: float) -> None:
    expected = multipletests(values, alpha, method="holm")[0]
    assert [drifted for _, drifted in thresholds(values, alpha)] == list(expected)


@given(p_values)
def test_the_smallest_is_held_against_its_share_of_the_whole(values: list[float]) -> None:
    found = thresholds(values, 0.05)
    assert min(threshold for threshold, _ in found) == 0.05 / len(values)
    assert max(threshold for threshold, _ in found) == 0.05
    assert any(drifted for _, drifted in found) == (min(values) <= 0.05 / len(values))
