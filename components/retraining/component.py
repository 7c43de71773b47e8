"""The KFP shells of retraining."""

from typing import NamedTuple

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("retraining"), install_kfp_package=False)
def check_reason(
    source: str,
    model_ingestion: dict,
    registration: dict,
    settings: dict,
    forced: str,
    asked: dict,
    why: dsl.Output[dsl.Markdown],
) -> NamedTuple("Checked", [("Output", bool), ("start", dict), ("asked", dict)]):  # type: ignore[valid-type]
    """Say whether the model is trained again now, and take the lock on it if so.

    The first output has KFP's own name, as kfp.local 2.17 finds no other in a condition.

    Args:
        source: the identity of the data as they are now, from resolve_data.
        model_ingestion: where the pretrained model comes from.
        registration: the registered model's name.
        settings: what is reason enough, and what speaks against it.
        forced: a reason of somebody's own; empty without one.
        asked: what the run was asked for, which a version keeps.
        why: the reason, or what speaks against it, and how the last retrainings ended.

    Returns:
        Whether it is trained again, the section model_ingestion to start from, and what was asked for with it inside.

    """
    import json
    from pathlib import Path

    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.retraining.begin import Asked
    from components.retraining.check import check
    from components.retraining.config import RetrainingSettings

    with step("retraining", "reason") as run:
        config = read_settings(RetrainingSettings, settings, "retraining")
        about = Asked(registration["name"], json.loads(source)["md5"], forced)
        answer = check(about, config, Path(why.path), run)
        # from the section in what was asked for, which holds no password
        kept = {**asked, "model_ingestion": answer.start(asked["model_ingestion"], config)}
        return (answer.begins, answer.start(model_ingestion, config), kept)


@dsl.component(base_image=image("retraining"), install_kfp_package=False)
def name_version(
    registration: dsl.Input[dsl.Artifact],
) -> NamedTuple("Named", [("Output", str), ("name", str)]):  # type: ignore[valid-type]
    """Note which version a retraining has built.

    Args:
        registration: what was registered.

    Returns:
        The version, empty where the gate has judged it before, and the registered model's name.

    """
    from pathlib import Path

    from components.contracts.step import step
    from components.contracts.tracking import named_server
    from components.retraining.begin import run_here
    from components.retraining.end import note_built

    with step("retraining", "version", tracked=False):
        return note_built(named_server(), Path(registration.path), run_here())


@dsl.component(base_image=image("retraining"), install_kfp_package=False)
def end_retraining(registration: dict) -> None:
    """Note how the retraining ended, whatever became of it; nothing where none had begun.

    Args:
        registration: the registered model's name.

    """
    from components.contracts.step import step
    from components.contracts.tracking import named_server
    from components.retraining.begin import run_here
    from components.retraining.end import end

    with step("retraining", "end", tracked=False):
        end(named_server(), registration["name"], run_here())
