import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from components.gating.config import GatingSettings
from components.gating.judge import judge
from components.gating.page import render_page
from components.gating.pairs import Pairs
from tests.browser import assert_readable, chromium, opened
from tests.components.gating.conftest import Contender, Contest, answers, contest

DEFAULTS = GatingSettings(resamples=1000)


def rendered(contest: Contest) -> str:
    answered = contest.answered()
    return render_page(judge(answered, DEFAULTS), answered.comparison)


def with_slices(pairs: Pairs) -> Contest:
    inside = np.arange(pairs.rows) % 2 == 0
    return contest(pairs, slices={"label=fresh": inside, "label=<b>": ~inside, "tokens>64": np.arange(pairs.rows) < 9})


@pytest.mark.parametrize(
    ("pairs", "heading"),
    [
        (Pairs(4000, 90, 70), "passes the gate"),
        (Pairs(1066, 12, 60), "does not pass the gate"),
        (Pairs(1066, 22, 26), "does not pass: too few rows to decide"),
    ],
)
def test_the_verdict_stands_on_top(pairs: Pairs, heading: str) -> None:
    page = rendered(with_slices(pairs))
    assert f"<h1>reviews, version 7: <b>{heading}</b></h1>" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)


def test_the_difference_is_drawn_against_the_margin() -> None:
    page = rendered(with_slices(Pairs(4000, 90, 70)))
    assert page.count('class="interval"') == 3
    assert 'class="margin"' in page
    assert "+0.5 points of accuracy, 90% interval" in page


def test_every_check_and_slice_is_there_and_names_are_escaped() -> None:
    page = rendered(with_slices(Pairs(4000, 90, 70)))
    assert "latency.\u200bbeside_champion" in page
    assert "label=&lt;b&gt;" in page
    assert "label=<b>" not in page
    assert '<td class="verdict">noted</td>' in page  # the slice of nine rows


def test_where_nobody_reigns_there_is_no_picture_and_no_slice() -> None:
    alone = Contest(
        Contender(1, answers(Pairs(500, 0, 0))[0]), None, {"label=fresh": np.arange(500) < 250}, seen_rows=3
    )
    page = rendered(alone)
    assert "<svg" not in page
    assert "<h2>Slices</h2>" not in page
    assert "champion<br>" not in page
    assert "3 were left out" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pairs", [Pairs(4000, 90, 70), Pairs(1066, 12, 60), Pairs(1066, 22, 26)])
def test_it_is_readable(browser: Browser, pairs: Pairs, scheme: str, width: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(rendered(with_slices(pairs)))
    with opened(browser, path, scheme, width) as page:
        assert_readable(page)
        labels = page.locator("svg text").evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().right)")
        assert max(labels) <= width
