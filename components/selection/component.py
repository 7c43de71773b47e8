"""The KFP shell of the selection."""

from typing import List  # noqa: UP035 - kfp reads typing.List in an input's annotation

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("selection"), install_kfp_package=False)
def select_candidate(
    scorecards: dsl.Input[List[dsl.Artifact]],  # noqa: UP006
    settings: dict,
    code: str,
    choice: dsl.Output[dsl.Artifact],
    report: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Choose the best candidate within the budgets, or none.

    Args:
        scorecards: what was measured about each candidate, the baseline among them.
        settings: the budgets and the objective.
        code: a fingerprint of this step's code, so that an edit re-runs it; the step itself does not read it.
        choice: which candidate goes on, and why each other one does not; it is written also when nothing qualifies.
        report: the same as a page, with the picture of quality, latency and size.
        metrics: how many candidates are within the budgets, and what the chosen one reaches.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.selection.config import SelectionSettings
    from components.selection.select import metrics_of, select

    with step("selection") as run:
        config = read_settings(SelectionSettings, settings, "selection")
        folders = [Path(scorecard.path) for scorecard in scorecards]
        decision = select(folders, config, Path(choice.path), Path(report.path), run)
        choice.metadata.update(chosen=decision.chosen, why=decision.why)
        write_metrics(metrics, metrics_of(decision))
