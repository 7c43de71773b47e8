"""The graph: is there a reason to train a model again? If so, the whole way from its rows to the champion."""

from kfp import dsl

from components.data_ingestion.component import resolve_data
from components.retraining.component import check_reason, end_retraining, name_version
from pipelines.build_model import build
from pipelines.promote_model import promote_model
from pipelines.settings.component import resolve_settings


@dsl.pipeline(name="retrain", description="Builds and promotes a model if there is a reason, and notes how it ended.")
def retrain(
    recipes: list,
    data_ingestion: dict,
    model_ingestion: dict,
    data_validation: dict,
    fine_tuning: dict,
    compression: dict,
    evaluation: dict,
    selection: dict,
    registration: dict,
    retraining: dict,
    asked: dict,
    forced: str,
) -> None:
    """Build and promote a model again if there is a reason; each room has one section of settings.

    It is a pipeline inside the pipeline as the task that ends it may depend on nothing but what its pipeline was given.
    """
    ended = end_retraining(registration=registration).set_caching_options(False)
    with dsl.ExitHandler(ended, name="whatever becomes of it"):
        source = resolve_data(settings=data_ingestion).set_caching_options(False)
        checked = check_reason(
            source=source.output,
            model_ingestion=model_ingestion,
            registration=registration,
            settings=retraining,
            forced=forced,
            asked=asked,
        ).set_caching_options(False)
        with dsl.If(checked.outputs["Output"] == True, name="there is a reason"):  # noqa: E712 - KFP's own condition
            built = build(
                recipes=recipes,
                data_ingestion=data_ingestion,
                model_ingestion=checked.outputs["start"],
                data_validation=data_validation,
                fine_tuning=fine_tuning,
                compression=compression,
                evaluation=evaluation,
                selection=selection,
                registration=registration,
                asked=checked.outputs["asked"],
            )
            named = name_version(registration=built.outputs["registration"]).set_caching_options(False)
            with dsl.If(named.outputs["Output"] != "", name="it waits for the gate"):
                # it is measured and judged as it was asked for when it was built
                promote_model(name=named.outputs["name"], version=named.outputs["Output"], settings={})


@dsl.pipeline(
    name="retrain-model",
    description="Made for recurring runs: trains a model again if its data changed, if drift was found or if it is "
    "old, and ends in seconds if not. One training of a model at a time, within a budget, until too many have failed.",
)
def retrain_model(
    preset: str = "smoke",
    settings: dict = {},  # noqa: B006 - the form shows an empty object
    forced: str = "",
) -> None:
    """Train a model again if there is a reason.

    Args:
        preset: What to start from; with none of them, settings has to say everything.
        settings: Laid over it, a section a room: {"retraining": {"max_age_days": 30}, "recipes": ["onnx-fp32"]}.
        forced: A reason of your own, which neither the breaker nor the budget nor the cooldown stands against.

    """
    # never cached: it is quicker than a look into the cache, and an edited preset is no parameter
    resolved = resolve_settings(
        preset=preset,
        task="text-classification",
        objective="as the preset says",
        data_source="",
        base_model="",
        model_name="",
        settings=settings,
    ).set_caching_options(False)
    given = {name: resolved.outputs[name] for name in retrain.component_spec.inputs if name != "forced"}
    retrain(**given, forced=forced)
