from hypothesis import given
from hypothesis import strategies as st

from components.drift_monitoring.holm import thresholds

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=10)


@given(p_values, st.floats(0.001, 0.2))
def test_it_rejects_what_holms_adjusted_p_values_are_below_alpha_for(values: list[float], alpha: float) -> None:
    rising = sorted(values)
    for value, (_, drifted) in zip(values, thresholds(values, alpha), strict=True):
        adjusted = [smaller <= alpha / (len(rising) - rank) for rank, smaller in enumerate(rising) if smaller < value]
        rank = rising.index(value)
        if rising.count(value) == 1:
            assert drifted == (all(adjusted) and value <= alpha / (len(rising) - rank))


@given(p_values)
def test_the_smallest_is_held_against_its_share_of_the_whole(values: list[float]) -> None:
    found = thresholds(values, 0.05)
    assert min(threshold for threshold, _ in found) == 0.05 / len(values)
    assert max(threshold for threshold, _ in found) == 0.05
    assert any(drifted for _, drifted in found) == (min(values) <= 0.05 / len(values))
