"""Select a candidate: scorecards in, the choice with its evidence out."""

from collections.abc import Sequence
from pathlib import Path

from components.contracts.choice import Choice
from components.contracts.folders import whole_folder, write_manifest, write_text_whole
from components.contracts.tracking import StepRun
from components.selection.choose import choose
from components.selection.config import SelectionSettings
from components.selection.frontier import draw_frontier
from components.selection.report import render_report
from components.selection.scored import read_scored
from components.selection.table import rows

FRONTIER = "frontier.png"
REPORT = "report.html"


def select(scorecards: Sequence[Path], settings: SelectionSettings, folder: Path, report: Path, run: StepRun) -> Choice:
    """Hold every candidate against the budgets and write the choice, also when nothing is within them.

    Args:
        scorecards: the scorecards' folders, one a candidate, the baseline's among them.
        settings: the budgets and the objective.
        folder: where the choice goes: `choice.json`, `frontier.png`, `report.html`.
        report: where the page for people goes once more, as a file of its own.
        run: the step's MLflow run.

    Raises:
        BadInput: a scorecard is missing or changed, there is no baseline, or they speak of different rows.
        Unwritable: the choice has no place.

    """
    baseline, others = read_scored(scorecards)
    choice = choose(baseline, others, settings)
    with whole_folder(folder) as partial:
        draw_frontier(choice, partial / FRONTIER)
        page = render_report(choice, partial / FRONTIER)
        write_text_whole(partial / REPORT, page)
        write_manifest(partial, choice)
    write_text_whole(report, page)
    run.params({"objective": choice.objective, **choice.budgets})
    run.tags({"chosen": choice.chosen or "none"})
    run.metrics({f"quality_drop/{row.recipe}": row.quality_drop.value for row in rows(choice)})
    run.file(folder / FRONTIER, "plots")
    run.file(folder / REPORT)
    run.file(folder / Choice.FILE, "choice")
    return choice


def metrics_of(choice: Choice) -> dict[str, float]:
    """Return how many candidates there are and are within the budgets, and the chosen one's numbers."""
    table = rows(choice)
    counts: dict[str, float] = {
        "candidates": len(table) - 1,  # the baseline is none
        "within_budgets": sum(row.outcome in ("chosen", "qualifies") for row in table),
    }
    chosen = next((row for row in table if row.outcome == "chosen"), None)
    if chosen is None:
        return counts
    return {
        **counts,
        "accuracy": chosen.accuracy.value,
        "quality_drop_points": chosen.quality_drop.value,
        "p95_ms": chosen.p95_ms,
        "speed_up": chosen.speed_up,
        "mib_on_disk": chosen.mib,
    }
