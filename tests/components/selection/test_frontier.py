from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread

from components.contracts.choice import Choice
from components.contracts.tracking import StepRun
from components.selection.config import SelectionSettings
from components.selection.frontier import draw_frontier, spread
from components.selection.select import select


@pytest.fixture
def choice(scorecards: list[Path], tmp_path: Path) -> Choice:
    settings = SelectionSettings(max_p95_ms=8.0, min_speed_up=2.0)
    return select(scorecards, settings, tmp_path / "choice", tmp_path / "r.html", StepRun())


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_names_keep_their_distance_and_their_order(wanted: list[float]) -> None:
    gap = 1 / 12
    places = spread(wanted, gap)
    assert all(-1e-9 <= place <= 1 for place in places)
    in_order = sorted(places)
    assert all(later - earlier >= gap - 1e-9 for earlier, later in pairwise(in_order))
    assert sorted(range(len(wanted)), key=lambda place: (wanted[place], place)) == sorted(
        range(len(wanted)), key=places.__getitem__
    )


def test_names_that_have_room_stay_where_they_want() -> None:
    assert spread([0.9, 0.1, 0.5], 0.2) == [0.9, 0.1, 0.5]


@pytest.mark.slow
def test_the_same_choice_gives_the_same_bytes(choice: Choice, tmp_path: Path) -> None:
    draw_frontier(choice, tmp_path / "one.png")
    draw_frontier(choice, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.slow
def test_the_picture_grows_with_the_candidates(choice: Choice, tmp_path: Path) -> None:
    many = replace(choice, verdicts=[*choice.verdicts, *choice.verdicts[1:] * 3])
    draw_frontier(choice, tmp_path / "few.png")
    draw_frontier(many, tmp_path / "many.png")
    assert imread(tmp_path / "many.png").shape[0] > imread(tmp_path / "few.png").shape[0]


def test_the_baseline_alone_is_drawn(choice: Choice, tmp_path: Path) -> None:
    draw_frontier(
        replace(choice, verdicts=choice.verdicts[:1], chosen="", budgets={"max_quality_drop": 0.0}),
        tmp_path / "one.png",
    )
    assert (tmp_path / "one.png").stat().st_size > 10_000
