import re
from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.choice import Choice
from components.contracts.tracking import StepRun
from components.selection.config import SelectionSettings
from components.selection.report import render_report
from components.selection.select import select


@pytest.fixture
def choice(scorecards: list[Path], tmp_path: Path) -> Choice:
    settings = SelectionSettings(max_p95_ms=8.0)
    return select(scorecards, settings, tmp_path / "choice", tmp_path / "r.html", StepRun())


def test_the_page_stands_on_its_own(choice: Choice, tmp_path: Path) -> None:
    page = (tmp_path / "r.html").read_text()
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?!data:)", page)
    assert "http" not in page
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 48rem" in page


def test_the_page_holds_the_table_and_the_reasons(choice: Choice, tmp_path: Path) -> None:
    page = (tmp_path / "r.html").read_text()
    assert "<h1>Chosen: int8-dynamic</h1>" in page
    assert '<tr class="rejected">\n<td data-name="candidate">pruned</td>' in page
    assert "p95 12.3 ms is over the budget of 8.0 ms" in page
    assert "<dt>max_p95_ms</dt><dd>8 ms</dd>" in page
    assert "0.895" in page


def test_names_cannot_break_the_page(choice: Choice, tmp_path: Path) -> None:
    odd = replace(choice, chosen="", why="<i>none</i>")
    page = render_report(odd, tmp_path / "choice" / "frontier.png")
    assert "<h1>Nothing is within the budgets</h1>" in page
    assert "&lt;i&gt;none&lt;/i&gt;" in page
