from dataclasses import replace

from components.reporting.pictures import FRONTIER_BOTTOM, LEFT, PANEL_BOTTOM, RIGHT, TOP, course_panels, frontier
from tests.components.reporting.conftest import story


def test_the_course_has_the_loss_first_and_then_each_score() -> None:
    loss, accuracy = course_panels(story().tuned)
    assert [line.kind for line in loss.lines] == ["training", "validation"]
    assert (loss.title, accuracy.title) == ("loss", "accuracy")
    assert len(loss.lines[0].points) == 60
    steps = [x for x, _ in accuracy.lines[0].points]
    assert steps == [150.0, 260.0, 370.0]
    assert accuracy.kept == 260.0  # step 40 of 60
    for panel in (loss, accuracy):
        for x, y in (point for line in panel.lines for point in line.points):
            assert LEFT <= x <= RIGHT
            assert TOP <= y <= PANEL_BOTTOM


def test_a_model_without_a_course_has_no_panels() -> None:
    assert course_panels(replace(story().tuned, course={"loss": []})) == []


def test_better_is_higher_and_faster_is_further_left() -> None:
    picture = frontier(story().choice)
    by_number = {mark.number: mark for mark in picture.marks}
    baseline, int8, pruned = by_number[1], by_number[3], by_number[4]
    assert baseline.y < int8.y < pruned.y
    assert pruned.x < int8.x < baseline.x
    assert all(TOP <= mark.high < mark.y < mark.low <= FRONTIER_BOTTOM for mark in picture.marks)
    assert all(mark.x < mark.p95 <= RIGHT for mark in picture.marks)


def test_the_chosen_one_is_drawn_last() -> None:
    assert [mark.outcome for mark in frontier(story().choice).marks] == ["reference", "qualifies", "rejected", "chosen"]


def test_what_breaks_a_budget_lies_beyond_its_line() -> None:
    choice = story().choice
    picture = frontier(choice)
    pruned = next(mark for mark in picture.marks if mark.outcome == "rejected")
    assert pruned.y > picture.least_accuracy
    assert picture.most_milliseconds is not None
    slow = next(mark for mark in picture.marks if mark.number == 1)
    assert slow.p95 > picture.most_milliseconds  # 19.5 ms, at most 9
    assert frontier(replace(choice, budgets={"max_quality_drop": 1.0})).most_milliseconds is None
