"""The KFP shells of the evaluation."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("evaluation"), install_kfp_package=False)
def evaluate_candidate(
    candidate: dsl.Input[dsl.Model],
    tuned: dsl.Input[dsl.Model],
    dataset: dsl.Input[dsl.Dataset],
    settings: dict,
    code: str,
    scorecard: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
    classification: dsl.Output[dsl.ClassificationMetrics],
    report: dsl.Output[dsl.HTML],
) -> None:
    """Measure one candidate on the held-out rows: quality with its uncertainty, speed, size and memory.

    Args:
        candidate: the compressed model to measure.
        tuned: the model that it was made from; its speed in torch fp32 is measured beside the candidate's.
        dataset: holds the held-out rows.
        settings: which rows, which input sizes, how long.
        code: a fingerprint of this step's code, so that an edit re-runs it; the step itself does not read it.
        scorecard: everything that was measured, the prediction of each row, and the confusion matrix as a picture.
        metrics: the main numbers.
        classification: the confusion matrix and a ROC curve.
        report: the scorecard as a page.

    """
    from pathlib import Path

    from components.contracts.metrics import write_classification, write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.evaluation.config import EvaluationSettings
    from components.evaluation.evaluate import PREDICTIONS, evaluate, metrics_of, recipe_of
    from components.evaluation.roc import roc_of

    places = Path(candidate.path), Path(tuned.path), Path(dataset.path)
    with step("evaluation", recipe_of(places[0])) as run:
        config = read_settings(EvaluationSettings, settings, "evaluation")
        card = evaluate(*places, config, Path(scorecard.path), Path(report.path), run)
        scorecard.metadata.update(recipe=card.recipe, accuracy=card.accuracy.value, speed_up=card.speed_up)
        write_metrics(metrics, metrics_of(card))
        roc = roc_of(Path(scorecard.path) / PREDICTIONS, card.labels)
        write_classification(classification, card.labels, card.confusion, roc)


@dsl.component(base_image=image("evaluation"), install_kfp_package=False)
def compare_contenders(
    contenders: dsl.Input[dsl.Artifact],
    dataset: dsl.Input[dsl.Dataset],
    settings: dict,
    code: str,
    comparison: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Measure the challenger and the champion on the same held-out rows, which neither has learned from.

    Args:
        contenders: the packaged models, as the registry has them.
        dataset: holds the held-out rows.
        settings: which rows, which input sizes, how long.
        code: a fingerprint of this step's code, so that an edit re-runs it; the step itself does not read it.
        comparison: everything that was measured about both, and their predictions of each row.
        metrics: the main numbers of both.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.evaluation.compare import compare, metrics_of
    from components.evaluation.config import EvaluationSettings

    with step("evaluation", "contenders") as run:
        config = read_settings(EvaluationSettings, settings, "evaluation")
        found = compare(Path(contenders.path), Path(dataset.path), config, Path(comparison.path), run)
        comparison.metadata.update(name=found.name, rows=found.rows, seen_rows=found.seen_rows)
        write_metrics(metrics, metrics_of(found))
