from components.contracts.scorecard import Scorecard
from components.reporting.mistakes import cells, commonest, weakest_first
from tests.components.reporting.conftest import scorecard


def card(confusion: list[list[int]]) -> Scorecard:
    made = scorecard("int8-dynamic", 0.9, 3.0, 20.0, ["a", "b", "c"])
    made.confusion[:] = confusion
    return made


def test_a_cell_says_its_share_of_the_true_label() -> None:
    rows = cells(card([[3, 1, 0], [0, 0, 0], [2, 0, 2]]))
    assert [[cell.share for cell in row] for row in rows] == [[0.75, 0.25, 0], [0, 0, 0], [0.5, 0, 0.5]]


def test_the_commonest_mistakes_come_first_and_right_answers_are_none() -> None:
    assert commonest(card([[30, 1, 0], [0, 9, 3], [2, 0, 2]])) == [
        ("b", "c", 3, 0.25),
        ("c", "a", 2, 0.5),
        ("a", "b", 1, 1 / 31),
    ]
    assert commonest(card([[1, 0, 0], [0, 1, 0], [0, 0, 1]])) == []


def test_the_weakest_slice_comes_first() -> None:
    assert [each.name for each in weakest_first(scorecard("x", 0.9, 3.0, 20.0, ["a", "b"]))] == ["label=b", "label=a"]
