"""The check of a run's form as a component of a pipeline."""

from typing import NamedTuple

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("settings"), install_kfp_package=False)
def resolve_settings(
    preset: str,
    task: str,
    objective: str,
    data_source: str,
    base_model: str,
    model_name: str,
    settings: dict,
) -> NamedTuple(  # type: ignore[valid-type]  # kfp carries this source into the task: a class beside it stays behind
    "Resolved",
    [
        ("recipes", list),
        ("data_ingestion", dict),
        ("model_ingestion", dict),
        ("data_validation", dict),
        ("fine_tuning", dict),
        ("compression", dict),
        ("evaluation", dict),
        ("selection", dict),
        ("registration", dict),
        ("gating", dict),
        ("promotion", dict),
        ("retraining", dict),
        ("asked", dict),
    ],
):
    """Lay what the form asks for over the preset, check it, and hand each room its section.

    Args:
        preset: A preset of Bessemer's, or `none`.
        task: What the model is to do.
        objective: What is chosen among the candidates within the budgets.
        data_source: Where the rows come from; empty is as the preset says.
        base_model: Where the pretrained model comes from; empty is as the preset says.
        model_name: The registered model's name; empty is as the preset says.
        settings: Further settings, a section a room, and the recipes.

    Returns:
        The recipes, the baseline first, a section for each room, and what the run was asked for.

    """
    from components.contracts.step import step
    from pipelines.settings.resolve import Form, asked_for, resolve

    with step("settings", "preset", tracked=False):
        resolved = resolve(Form(preset, task, objective, data_source, base_model, model_name, settings))
        return (resolved.measured, *resolved.sections.values(), asked_for(resolved))
