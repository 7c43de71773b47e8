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
from pipelines.settings.component import resolve_settings


class Built(NamedTuple):
    """What the pipeline leaves: which candidate was chosen, and where it was registered."""

    choice: dsl.Artifact
    registration: dsl.Artifact


@dsl.pipeline(name="build", description="Takes the rows and the pretrained model through the rooms, to the registry.")
def build(
    recipes: list,
    data_ingestion: dict,
    model_ingestion: dict,
    data_validation: dict,
    fine_tuning: dict,
    compression: dict,
    evaluation: dict,
    selection: dict,
    registration: dict,
    asked: dict,
) -> Built:
    """Take the rows and the pretrained model through the rooms; each has one section of settings.

    It is a pipeline inside the pipeline as kfp.local 2.17 can hand a loop what its pipeline was given, but not what
    another task put out.

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
        asked: what the run was asked for, kept beside the registered version.

    """
    # looked up each time: the cache sees parameters, never what lies behind a name
    source = resolve_data(settings=data_ingestion).set_caching_options(False)
    revision = resolve_model(settings=model_ingestion).set_caching_options(False)
    registry = resolve_registry().set_caching_options(False)

    dataset = ingest_data(source=source.output, settings=data_ingestion, code=fingerprint("data_ingestion")).outputs[
        "dataset"
    ]
    base = ingest_model(
        revision=revision.output, settings=model_ingestion, code=fingerprint("model_ingestion")
    ).outputs["base"]
    validation = validate_data(
        dataset=dataset, base=base, settings=data_validation, code=fingerprint("data_validation")
    ).outputs["validation"]
    trained = fine_tune(
        dataset=dataset,
        base=base,
        validation=validation,
        settings=fine_tuning,
        code=fingerprint("fine_tuning"),
    )
    tuned = trained.outputs["tuned"]

    # the recipes, one after the other: candidates that share a machine would disturb each other's latency
    with dsl.ParallelFor(recipes, parallelism=1) as recipe:
        compressed = compress_model(
            tuned=tuned,
            dataset=dataset,
            recipe=recipe,
            settings=compression,
            code=fingerprint("compression"),
        )
        evaluated = evaluate_candidate(
            candidate=compressed.outputs["candidate"],
            tuned=tuned,
            dataset=dataset,
            settings=evaluation,
            code=fingerprint("evaluation"),
        )

    choice = select_candidate(
        scorecards=dsl.Collected(evaluated.outputs["scorecard"]),
        settings=selection,
        code=fingerprint("selection"),
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
        asked=asked,
        code=fingerprint("registration"),
    ).outputs["registration"]
    return Built(choice=choice, registration=registered)


@dsl.pipeline(
    name="build-model",
    description="Validates a data set, fine-tunes a pretrained model on it, compresses it, measures every candidate "
    "on the same held-out rows and registers the one that meets the budgets as the challenger.",
)
def build_model(
    preset: str = "smoke",
    task: str = "text-classification",
    objective: str = "as the preset says",
    data_source: str = "",
    base_model: str = "",
    model_name: str = "",
    settings: dict = {},  # noqa: B006 - the form shows an empty object
) -> Built:
    """Build a model as a preset says, with what is filled in here laid over it.

    Args:
        preset: What to start from; with none of them, settings has to say everything.
        task: What the model is to do.
        objective: Which candidate within the budgets is taken: by speed, by size or by accuracy.
        data_source: Where the labelled rows come from, such as s3://bucket/key; empty is as the preset says.
        base_model: A hub name such as org/name, s3://bucket/prefix or models:/name/1; empty is as the preset says.
        model_name: The registered model's name; empty is as the preset says.
        settings: More, a section a room; has the last word: {"fine_tuning": {"epochs": 2}, "recipes": ["onnx-fp32"]}.

    """
    # never cached: it is quicker than a look into the cache, and an edited preset is no parameter
    resolved = resolve_settings(
        preset=preset,
        task=task,
        objective=objective,
        data_source=data_source,
        base_model=base_model,
        model_name=model_name,
        settings=settings,
    ).set_caching_options(False)
    built = build(**{name: resolved.outputs[name] for name in build.component_spec.inputs}).outputs
    return Built(choice=built["choice"], registration=built["registration"])
