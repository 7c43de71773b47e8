"""The page as a browser draws it: on a phone and a desk, by day and by night."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from components.reporting.report import render
from tests.browser import assert_readable, chromium, opened
from tests.components.reporting.conftest import story

pytestmark = pytest.mark.slow
MANY = [f"a label with a rather long name, number {place}" for place in range(50)]
STORIES = {"chosen": story(), "none": story(chosen=""), "many labels": story(labels=MANY)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("width", [360, 800, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("told", STORIES)
def test_it_is_readable(browser: Browser, told: str, scheme: str, width: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(STORIES[told]))
    with opened(browser, path, scheme, width) as page:
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        assert_readable(page)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 25, 31)"}[scheme]


@pytest.mark.parametrize("width", [360, 800, 1200])
def test_the_table_holds_every_number(browser: Browser, width: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(story()))
    with opened(browser, path, "light", width) as page:
        rows = page.locator(".candidates tbody tr").all_inner_texts()
        names = page.locator(".candidates .badge").evaluate_all(
            "(badges) => badges.map((each) => each.parentElement)"
            ".map((each) => [each.innerText, each.getClientRects().length])"
        )
    assert len(rows) == 4
    assert [lines for _, lines in names] == [1] * 4, "a candidate's name is broken over lines"
    for row, verdict in zip(rows, story().choice.verdicts, strict=True):
        card = verdict.scorecard
        for number in (card.accuracy.value, card.accuracy.low, card.accuracy.high, card.macro_f1.value):
            assert f"{number:.3f}" in row
        assert f"{card.latency[0].p95_ms:.2f}" in row
        assert f"{card.speed_up:.1f}×" in row
        assert story().choice.outcome(verdict) in row


def test_on_paper_nothing_is_folded_away_or_dark(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(story()))
    with opened(browser, path, "dark", 800) as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.get_by_text("0 of 12 columns that are not what a data set has").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
