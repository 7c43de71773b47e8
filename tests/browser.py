"""A real browser that looks at pages: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

LEAST_CONTRAST = 4.5
"""Of text and its ground: WCAG 2.2, success criterion 1.4.3, level AA."""

_CONTRASTS = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const ink = canvas.getContext("2d", {willReadFrequently: true});
  const over = (ground, colour) => {
    ink.fillStyle = `rgb(${ground})`; ink.fillRect(0, 0, 1, 1);
    ink.fillStyle = colour; ink.fillRect(0, 0, 1, 1);
    return [...ink.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const ground = (element) => element ? over(ground(element.parentElement), getComputedStyle(element).backgroundColor)
    : [255, 255, 255];
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    let below = ground(element);
    const dot = element.parentElement.querySelector("circle");
    if (element.matches("svg .number")) below = over(below, getComputedStyle(dot).fill);
    const [one, other] = [below, over(below, element.closest("svg") ? style.fill : style.color)].map(light);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const [text, element] = [texts.currentNode.data.trim(), texts.currentNode.parentElement];
    if (text && element.checkVisibility()) found.push([text, contrast(element)]);
  }
  return found;
}"""
"""The contrast of each piece of visible text with what lies below it, by the formula of WCAG."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("found no chromium on the PATH; expected Debian's: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, scheme: str, width: int) -> Iterator[Page]:
    """Yield the page of an HTML file, once it is seen that it asks for nothing else."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    outside = [url for url in asked if url != path.as_uri() and not url.startswith("data:")]
    assert not outside, f"the page asks for {outside}"
    yield page
    page.close()


def assert_readable(page: Page) -> None:
    """Check that nothing has to be scrolled sideways, that text stands out, and that each picture is there."""
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= screen, f"the page is {wide} wide on a screen of {screen}"
    contrasts = page.evaluate(_CONTRASTS)
    assert contrasts, "the page has no text"
    faint = [(text, round(value, 2)) for text, value in contrasts if value < LEAST_CONTRAST]
    assert not faint, f"hard to read, with their contrast: {faint}"
    blank = page.evaluate("""[...document.images].filter((image) => !image.complete || !image.naturalWidth)
        .concat([...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().height < 50))
        .map((picture) => picture.alt || picture.ariaLabel)""")
    assert not blank, f"pictures that are not there: {blank}"
