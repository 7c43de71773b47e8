"""The page about a drift."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from components.drift_monitoring.page import render
from tests.browser import assert_readable, chromium, opened
from tests.components.drift_monitoring.found import DRIFT


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attributes}


def test_texts_are_text_and_the_page_stands_alone() -> None:
    page = render(DRIFT)
    tags = Tags()
    tags.feed(page)
    assert not {"script", "link", "img", "iframe"} & tags.names
    assert not {"src", "href", "onload"} & tags.attributes
    assert "&lt;script&gt;alert(1)" in page


def test_it_says_what_was_found() -> None:
    page = render(DRIFT)
    assert "<h1>sentiment, version 3: drift</h1>" in page
    assert "Tokens drifted (1 of 3 tests)." in page
    assert page.count("✗") == 1
    assert "70.0 % now" in page


def test_a_row_without_a_text_is_told_as_one() -> None:
    assert "<li>(no text)</li>" in render(replace(DRIFT, strangest=["", " \n"]))


def test_without_drift_it_shows_no_texts() -> None:
    quiet = replace(DRIFT, alarm=False, strangest=[], new_tokens=[], why="none of 3 tests found drift")
    page = render(quiet)
    assert "no drift" in page
    assert "easiest told" not in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable(browser: Browser, scheme: str, width: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(replace(DRIFT, strangest=["x" * 300, *DRIFT.strangest], new_tokens=["y" * 80, "z"] * 10)))
    with opened(browser, path, scheme, width) as page:
        assert_readable(page)
