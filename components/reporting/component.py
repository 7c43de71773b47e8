"""The KFP shell of reporting."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("reporting"), install_kfp_package=False)
def report_run(
    dataset: dsl.Input[dsl.Dataset],
    base: dsl.Input[dsl.Model],
    validation: dsl.Input[dsl.Artifact],
    tuned: dsl.Input[dsl.Model],
    choice: dsl.Input[dsl.Artifact],
    code: str,
    report: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Write one page about the run: what was built from what, and why this candidate was chosen, or none.

    Args:
        dataset: the data set.
        base: the pretrained model.
        validation: what data validation found.
        tuned: the fine-tuned model, with the course of its training.
        choice: every candidate's scorecard and verdict.
        code: a fingerprint of this step's code, so that an edit writes the page anew; not used otherwise.
        report: the page; it is written also when nothing is within the budgets.
        metrics: the headline numbers of the candidate that the page shows closely.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.step import step
    from components.reporting.report import headlines, write_report
    from components.reporting.story import Inputs

    with step("reporting") as run:
        folders = (Path(artifact.path) for artifact in (dataset, base, validation, tuned, choice))
        story = write_report(Inputs(*folders), Path(report.path), run)
        write_metrics(metrics, headlines(story))
