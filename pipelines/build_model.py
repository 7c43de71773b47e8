"""The graph: raw rows and a pretrained model in, a registered challenger out."""

from typing import NamedTuple

from kfp import dsl

from components.compression.component import compress_model
from components.data_ingestion.component import ingest_data, resolve_data
from components.data_validation.component import validate_data
from components.evaluation.component import evaluate_candidate
from components.fine_tuning.component import fine_tune
from components.model_ingestion.component import ingest_model, resolve_model
from components.registration.component import register_model, resolve_registry
from components.reporting.component import report_run
from components.selection.component import select_candidate
from pipelines.fingerprint import fingerprint


class Built(NamedTuple):
    """What the pipeline leaves: which candidate was chosen, and where it was registered."""

    choice: dsl.Artifact
    registration: dsl.Artifact


@dsl.pipeline(
    name="build-model",
    description="Validates a data set, fine-tunes a pretrained model on it, compresses it, measures every candidate "
    "on the same held-out rows and registers the one that meets the budgets as the challenger.",
)
def build_model(
    recipes: list,
    data_ingestion: dict,
    model_ingestion: dict,
    data_validation: dict,
    fine_tuning: dict,
    compression: dict,
    evaluation: dict,
    selection: dict,
    registration: dict,
) -> Built:
    """Build a model; each room has one section of settings.

    Args:
        recipes: the compression recipes, the baseline first.
        data_ingestion: where the rows come from, and how they are split.
        model_ingestion: where the pretrained model comes from.
        data_validation: what the data has to be like, and how severe each fault is.
        fine_tuning: how the model is trained.
        compression: bounds on what compression may do to the model.
        evaluation: on which rows and at which input sizes candidates are measured.
        selection: the budgets and the objective.
        registration: the registered model's name and alias.

    """
    # looked up each time: the cache sees parameters, never what lies behind a name
    data_source = resolve_data(settings=data_ingestion).set_caching_options(False)
    model_revision = resolve_model(settings=model_ingestion).set_caching_options(False)
    registry = resolve_registry().set_caching_options(False)

    dataset = ingest_data(
        source=data_source.output, settings=data_ingestion, code=fingerprint("data_ingestion")
    ).outputs["dataset"]
    base = ingest_model(
        revision=model_revision.output, settings=model_ingestion, code=fingerprint("model_ingestion")
    ).outputs["base"]
    validation = validate_data(
        dataset=dataset, base=base, settings=data_validation, code=fingerprint("data_validation")
    ).outputs["validation"]
    trained = fine_tune(
        dataset=dataset, base=base, validation=validation, settings=fine_tuning, code=fingerprint("fine_tuning")
    )
    tuned = trained.outputs["tuned"]

    # one after the other: candidates that share a machine would disturb each other's latency
    with dsl.ParallelFor(recipes, parallelism=1) as recipe:
        compressed = compress_model(
            tuned=tuned, dataset=dataset, recipe=recipe, settings=compression, code=fingerprint("compression")
        )
        evaluated = evaluate_candidate(
            candidate=compressed.outputs["candidate"],
            tuned=tuned,
            dataset=dataset,
            settings=evaluation,
            code=fingerprint("evaluation"),
        )

    choice = select_candidate(
        scorecards=dsl.Collected(evaluated.outputs["scorecard"]), settings=selection, code=fingerprint("selection")
    ).outputs["choice"]
    report = report_run(
        dataset=dataset, base=base, validation=validation, tuned=tuned, choice=choice, code=fingerprint("reporting")
    ).outputs["report"]
    registered = register_model(
        choice=choice,
        candidates=dsl.Collected(compressed.outputs["candidate"]),
        scorecards=dsl.Collected(evaluated.outputs["scorecard"]),
        base=base,
        tuned=tuned,
        curve=trained.outputs["curve"],
        report=report,
        dataset=dataset,
        validation=validation,
        registry=registry.output,
        settings=registration,
        code=fingerprint("registration"),
    ).outputs["registration"]
    return Built(choice=choice, registration=registered)
