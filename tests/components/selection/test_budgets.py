import pytest

from components.contracts.scorecard import Interval
from components.selection.budgets import broken_budgets
from components.selection.config import SelectionSettings
from tests.components.selection.conftest import LOSSY, Measured, scorecard

DROP = Interval(2.0, 0.8, 3.2, 0.95)


def test_every_broken_budget_is_a_sentence_with_value_and_limit() -> None:
    settings = SelectionSettings(
        max_quality_drop=1.0, max_quality_drop_upper=3.0, max_p95_ms=8.0, max_mib=10.0, min_speed_up=7.0
    )
    assert broken_budgets(scorecard(LOSSY), DROP, settings) == [
        "loss of accuracy 2.0 points is over the budget of 1.0 points",
        "upper end of the loss's 95% interval 3.2 points is over the budget of 3.0 points",
        "p95 12.3 ms is over the budget of 8.0 ms",
        "size on disk 12.0 MiB is over the budget of 10.0 MiB",
        "speed-up 6.0 times is under the budget of 7.0 times",
    ]


def test_budgets_that_are_not_set_reject_nothing() -> None:
    assert broken_budgets(scorecard(LOSSY), DROP, SelectionSettings(max_quality_drop=100.0)) == []


def test_what_lies_on_the_limit_is_within() -> None:
    settings = SelectionSettings(max_quality_drop=2.0, max_p95_ms=12.3, max_mib=12.0, min_speed_up=6.0)
    assert broken_budgets(scorecard(LOSSY), DROP, settings) == []


def test_no_loss_at_all_may_be_asked_for() -> None:
    settings = SelectionSettings(max_quality_drop=0.0)
    assert broken_budgets(scorecard(LOSSY), Interval(-0.5, -1.0, 0.1, 0.95), settings) == []
    assert len(broken_budgets(scorecard(LOSSY), Interval(0.1, 0.0, 0.2, 0.95), settings)) == 1


@pytest.mark.parametrize(
    ("p95", "sentence"),
    [(8.04, "p95 8.04 ms is over the budget of 8.00 ms"), (8.0004, "p95 8.0004 ms is over the budget of 8.0000 ms")],
)
def test_value_and_limit_never_look_alike(p95: float, sentence: str) -> None:
    card = scorecard(Measured("onnx-fp32", p95_ms=p95))
    assert broken_budgets(card, Interval(0, 0, 0, 0.95), SelectionSettings(max_p95_ms=8.0)) == [sentence]
