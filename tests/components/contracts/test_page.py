"""Every room's page as a browser draws it: on a phone and a desk, by day and by night."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from components.contracts.tracking import StepRun
from components.data_validation.config import DataValidationSettings
from components.data_validation.validate import validate
from components.evaluation import report as evaluation
from components.evaluation.confusion_plot import draw_confusion
from components.fine_tuning.curve import DARK, LIGHT, curve_page, curve_png
from components.fine_tuning.history import History
from components.selection import report as selection
from components.selection.frontier import draw_frontier
from tests.browser import assert_readable, chromium, opened
from tests.components.reporting.conftest import story

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, dataset_folder: Path, base_folder: Path) -> dict[str, Path]:
    """The page of each room that writes one, but for the run's report, which has a test of its own."""
    folder = tmp_path_factory.mktemp("pages")
    told = story()
    draw_frontier(told.choice, folder / "frontier.png")
    (folder / "selection.html").write_text(selection.render_report(told.choice, folder / "frontier.png"))
    card = told.shown.scorecard
    draw_confusion(np.array(card.confusion), card.labels, "int8-dynamic, 400 rows", folder / "confusion.png")
    (folder / "evaluation.html").write_text(evaluation.render_report(card, 0, folder / "confusion.png"))
    history = History(StepRun(), [(step, {"loss": 1 / step}) for step in range(1, 41)])
    history.add(40, {"validation_loss": 0.1, "validation_accuracy": 0.9})
    light, dark = (curve_png(history, 40, "accuracy", ink) for ink in (LIGHT, DARK))
    (folder / "fine_tuning.html").write_text(curve_page(light, dark, {"kept": "the weights after step 40"}))
    data_docs = folder / "data_validation.html"
    validate(dataset_folder, base_folder, DataValidationSettings(), folder / "validation", data_docs, StepRun())
    return {path.stem: path for path in folder.glob("*.html")}


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("room", ["data_validation", "fine_tuning", "evaluation", "selection"])
def test_it_is_readable(browser: Browser, pages: dict[str, Path], room: str, scheme: str, width: int) -> None:
    with opened(browser, pages[room], scheme, width) as page:
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        assert_readable(page)
