from hypothesis import given
from hypothesis import strategies as st

from components.contracts.scorecard import Interval
from components.gating.picture import LEFT, RIGHT, draw_difference

ends = st.lists(st.floats(-60, 60), min_size=3, max_size=3).map(sorted)


@given(ends, st.floats(0.05, 50))
def test_everything_has_its_place_from_left_to_right(ends: list[float], margin: float) -> None:
    low, value, high = ends
    drawn = draw_difference(Interval(value, low, high, 0.9), margin)
    assert LEFT <= drawn.low <= drawn.value <= drawn.high <= RIGHT
    assert LEFT < drawn.margin < drawn.zero <= RIGHT or high > 40 * margin
    assert all(LEFT <= place <= RIGHT for place, _ in drawn.ticks)
    assert 2 <= len(drawn.ticks) <= 7


def test_what_lies_beyond_the_margin_lies_to_its_left() -> None:
    drawn = draw_difference(Interval(-2.0, -3.0, -1.1, 0.9), 1.0)
    assert drawn.high < drawn.margin < drawn.zero
    assert [text for _, text in drawn.ticks] == ["-3", "-2", "-1", "0"]
