import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.schedule import learning_rate


@given(st.sampled_from(["linear", "cosine", "constant"]), st.floats(0, 0.9), st.floats(0, 1))
def test_it_stays_between_zero_and_the_highest(schedule: str, warmup: float, seen: float) -> None:
    settings = FineTuningSettings(learning_rate=0.01, warmup_share=warmup, schedule=schedule)
    assert 0 <= learning_rate(settings, seen) <= 0.01 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("schedule", "middle", "end"), [("linear", 0.5, 0.0), ("cosine", 0.5, 0.0), ("constant", 1.0, 1.0)]
)
def test_shapes(schedule: str, middle: float, end: float) -> None:
    settings = FineTuningSettings(learning_rate=0.01, warmup_share=0.2, schedule=schedule)
    assert learning_rate(settings, 0.1) == pytest.approx(0.005)
    assert learning_rate(settings, 0.2) == pytest.approx(0.01)
    assert learning_rate(settings, 0.6) == pytest.approx(0.01 * middle)
    assert learning_rate(settings, 1.0) == pytest.approx(0.01 * end, abs=1e-12)


def test_without_a_warm_up_it_starts_at_the_top() -> None:
    assert learning_rate(FineTuningSettings(learning_rate=0.01, warmup_share=0), 0.0) == 0.01
