"""The KFP shell of the gate."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("gating"), install_kfp_package=False)
def decide_promotion(
    comparison: dsl.Input[dsl.Artifact],
    settings: dict,
    code: str,
    decision: dsl.Output[dsl.Artifact],
    report: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Decide whether the challenger may take the champion's place.

    Args:
        comparison: both, measured on the same rows.
        settings: the rule, the margin, the floors and the budgets.
        code: a fingerprint of this step's code, so that an edit re-runs it; the step itself does not read it.
        decision: the verdict, check by check; a challenger that does not pass is a result, and no failure of the task.
        report: the same as a page.
        metrics: whether it passed, the difference of accuracy, and how many rows would decide the margin.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.gating.config import GatingSettings
    from components.gating.decide import decide, metrics_of

    with step("gating") as run:
        config = read_settings(GatingSettings, settings, "gating")
        decided = decide(Path(comparison.path), config, Path(decision.path), Path(report.path), run)
        decision.metadata.update(verdict=decided.verdict, why=decided.why)
        write_metrics(metrics, metrics_of(decided))
