import pytest

from components.reporting.axis import Axis


def test_values_lie_between_the_ends_in_proportion() -> None:
    axis = Axis(10, 20, 100, 0)
    assert [axis.place(value) for value in (10, 15, 20)] == [100, 50, 0]
    assert [axis.place(value) for value in (0, 30)] == [100, 0]


def test_equal_factors_are_equally_far_apart() -> None:
    axis = Axis(1, 100, 0, 200, logarithmic=True)
    assert [axis.place(value) for value in (1, 10, 100)] == [0, 100, 200]


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis(0, 66, 0, 1), ["0", "20", "40", "60"]),
        (Axis(0.613, 0.688, 0, 1), ["0.62", "0.64", "0.66", "0.68"]),
        (Axis(0.3, 5, 0, 1, logarithmic=True), ["0.5", "1", "2", "5"]),
        (Axis(0.4, 900, 0, 1, logarithmic=True), ["1", "3", "10", "30", "100", "300"]),
        (Axis(2.4, 3.9, 0, 1, logarithmic=True), ["2.5", "3", "3.5"]),
    ],
)
def test_ticks_are_few_and_round(axis: Axis, texts: list[str]) -> None:
    assert [text for _, text in axis.ticks()] == texts
