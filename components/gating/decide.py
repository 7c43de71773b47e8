"""Decide about a challenger: a comparison in, the decision with its page out."""

from pathlib import Path

from components.contracts.decision import Decision
from components.contracts.folders import whole_folder, write_manifest, write_text_whole
from components.contracts.tracking import StepRun
from components.gating.answered import read_answered
from components.gating.config import GatingSettings
from components.gating.judge import judge
from components.gating.page import render_page


def decide(comparison: Path, settings: GatingSettings, folder: Path, report: Path, run: StepRun) -> Decision:
    """Hold the challenger against the champion and the limits, and write what came out, whatever that is.

    Args:
        comparison: the comparison's folder.
        settings: the rule, the margin and the limits.
        folder: where the decision goes: `decision.json` and `decision.html`.
        report: where the page goes once more, as a file of its own.
        run: the step's MLflow run.

    Raises:
        BadInput: the comparison is missing or changed, holds no row, or compares a model with itself.
        Unwritable: the decision has no place.

    """
    answered = read_answered(comparison)
    decision = judge(answered, settings)
    page = render_page(decision, answered.comparison)
    with whole_folder(folder) as partial:
        write_text_whole(partial / Decision.PAGE, page)
        write_manifest(partial, decision)
    write_text_whole(report, page)
    run.params({"rule": settings.rule, "margin_points": settings.margin_points, "alpha": settings.alpha})
    run.tags({"verdict": decision.verdict, "why": decision.why})
    run.metrics(metrics_of(decision))
    run.file(folder / Decision.PAGE)
    run.file(folder / Decision.FILE, "decision")
    return decision


def metrics_of(decision: Decision) -> dict[str, float]:
    """Return whether it passed, as 1 or 0, how many checks stand against it, and the difference in points."""
    numbers: dict[str, float] = {
        "passed": float(decision.passed),
        "checks": len(decision.checks),
        "checks_against": sum(check.blocks for check in decision.checks),
        "rows": decision.rows,
    }
    if decision.difference is None or decision.rows_needed is None:
        return numbers
    return {
        **numbers,
        "superior": float(decision.superior),
        "difference_points": decision.difference.value,
        "difference_points_low": decision.difference.low,
        "difference_points_high": decision.difference.high,
        "rows_needed": decision.rows_needed,
    }
