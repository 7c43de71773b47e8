"""Write the run's report: contracts in, one page out."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from components.contracts.choice import BUDGET_UNITS
from components.contracts.folders import write_text_whole
from components.contracts.tracking import StepRun
from components.reporting import pictures
from components.reporting.mistakes import LABELS_IN_A_TABLE, cells, commonest, weakest_first
from components.reporting.page import PAGE
from components.reporting.story import Inputs, Story, read_story

NAME = "run_report.html"
"""What the page is called in MLflow."""


def write_report(inputs: Inputs, page: Path, run: StepRun) -> Story:
    """Write what the run came to, also when nothing is within the budgets, and return what the page tells.

    Args:
        inputs: the folders of the contracts.
        page: where the page goes, one self-contained HTML file.
        run: the step's run; it and the pipeline's run keep the page.

    Raises:
        BadInput: a contract is missing, or they come from different runs.
        Unwritable: the page has no place.

    """
    story = read_story(inputs)
    write_text_whole(page, render(story))
    with tempfile.TemporaryDirectory() as folder:
        # KFP gives an artifact's file no ending, and MLflow shows a page only by its ending
        named = Path(shutil.copy(page, Path(folder) / NAME))
        for run_id in {run.run_id, run.parent_id}:
            replace(run, run_id=run_id).file(named)
    return story


def headlines(story: Story) -> dict[str, float]:
    """Return the numbers that the page begins with: shares, milliseconds and MiB."""
    card = story.shown.scorecard
    return {
        "accuracy": card.accuracy.value,
        "macro_f1": card.macro_f1.value,
        "p50_ms": card.latency[0].p50_ms,
        "speed_up": card.speed_up,
        "mib_on_disk": card.bytes_on_disk / 2**20,
    }


def render(story: Story) -> str:
    """Return the page; every value is escaped, and the same contracts give the same page."""
    card, choice = story.shown.scorecard, story.choice
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(PAGE)
    return page.render(
        title=f"Run report: {choice.chosen or 'nothing chosen'}",
        story=story,
        panels=pictures.course_panels(story.tuned),
        picture=pictures.frontier(choice),
        cells=cells(card),
        mistakes=commonest(card),
        slices=weakest_first(card),
        units=BUDGET_UNITS,
        mib=1024 * 1024,
        most_labels=LABELS_IN_A_TABLE,
        width=pictures.WIDTH,
        left=pictures.LEFT,
        right=pictures.RIGHT,
        top=pictures.TOP,
        panel_bottom=pictures.PANEL_BOTTOM,
        frontier_bottom=pictures.FRONTIER_BOTTOM,
    )
