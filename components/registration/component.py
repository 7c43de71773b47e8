"""The KFP shell of registration."""

from typing import List  # noqa: UP035 - kfp knows List[Model], not list[Model]

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("registration"), install_kfp_package=False)
def resolve_registry() -> str:
    """Look which registry the environment names today.

    Never cached, as a cache sees parameters and not the environment: what was registered on one server would pass for
    registered on every other.

    Returns:
        The registry's identity, as JSON; it holds no password.

    """
    from components.contracts.step import step
    from components.registration.resolve import resolve

    with step("registration", "registry", tracked=False):
        return resolve()


@dsl.component(base_image=image("registration"), install_kfp_package=False)
def register_model(
    choice: dsl.Input[dsl.Artifact],
    candidates: dsl.Input[List[dsl.Model]],  # noqa: UP006
    scorecards: dsl.Input[List[dsl.Artifact]],  # noqa: UP006
    base: dsl.Input[dsl.Model],
    tuned: dsl.Input[dsl.Model],
    curve: dsl.Input[dsl.HTML],
    report: dsl.Input[dsl.HTML],
    dataset: dsl.Input[dsl.Dataset],
    validation: dsl.Input[dsl.Artifact],
    registry: str,
    settings: dict,
    asked: dict,
    code: str,
    registration: dsl.Output[dsl.Artifact],
    model_card: dsl.Output[dsl.Markdown],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Register the chosen candidate in MLflow with its evidence and lineage, and call it the challenger.

    Args:
        choice: which candidate goes on; when none does, this task fails and nothing is registered.
        candidates: the compressed models of every recipe.
        scorecards: what was measured about each of them.
        base: the pretrained model.
        tuned: the fine-tuned model.
        curve: the training curve.
        report: the page about the whole run.
        dataset: the data set.
        validation: what data validation found.
        registry: the registry's identity, from resolve_registry; unused here, it is there for the cache as code is.
        settings: the registered model's name, alias and description.
        asked: what the run was asked for, kept beside the version.
        code: a fingerprint of the room's code; unused here, it is a parameter so that the cache sees it.
        registration: name, version, alias, run and lineage of what was registered.
        model_card: what people and hub tools read first, with the metadata of Hugging Face's hub.
        metrics: the version, and what was measured about it.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.registration.config import RegistrationSettings
    from components.registration.evidence import Inputs

    with step("registration") as run:
        config = read_settings(RegistrationSettings, settings, "registration")
        from components.registration.register import register

        inputs = Inputs(
            tuple(Path(candidate.path) for candidate in candidates),
            tuple(Path(scorecard.path) for scorecard in scorecards),
            *(Path(artifact.path) for artifact in (choice, base, tuned, dataset, validation, curve, report)),
            asked=asked,
        )
        result = register(inputs, config, Path(registration.path), Path(model_card.path), run)
        registration.metadata.update(name=result.name, version=result.version, uri=result.model_uri)
        write_metrics(metrics, {"version": result.version, **result.measured})
