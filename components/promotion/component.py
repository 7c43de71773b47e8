"""The KFP shells of promotion."""

from typing import NamedTuple

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("promotion"), install_kfp_package=False)
def resolve_contest(name: str, version: str, settings: dict, dry_run: bool) -> NamedTuple(  # type: ignore[valid-type]  # kfp carries this source into the task: a class beside it stays behind
    "Resolved",
    [("contest", str), ("data_ingestion", dict), ("evaluation", dict), ("gating", dict), ("promotion", dict)],
):
    """Find out who challenges whom, and on what they are compared.

    Never cached, as a cache sees parameters and not the registry: aliases move.

    Args:
        name: The registered model's name.
        version: The challenger's version; empty is the one that the alias challenger points to.
        settings: A section a room, laid over what the run that built the challenger was asked for.
        dry_run: Whether nothing is decided, so that the settings may differ from the model's policy.

    Returns:
        The contest as JSON, and a section for each room.

    """
    from components.contracts.step import step

    with step("promotion", "contest", tracked=False):
        from components.contracts.tracking import named_server
        from components.promotion.contest import resolve

        contest, sections = resolve(named_server(), name, version, settings, dry_run)
        return (contest.to_json(), *sections.values())


@dsl.component(base_image=image("promotion"), install_kfp_package=False)
def fetch_contenders(contest: str, code: str, contenders: dsl.Output[dsl.Artifact]) -> None:
    """Fetch both models, check their bytes, and try to serve the packaged challenger.

    Never cached: what lies in the registry may have been changed since.

    Args:
        contest: who meets whom, from resolve_contest.
        code: a fingerprint of this step's code, so that the run names it; the step itself does not read it.
        contenders: both packaged models, and which texts each has learned from.

    """
    from pathlib import Path

    from components.contracts.step import step

    with step("promotion", "contenders") as run:
        from components.contracts.tracking import named_server
        from components.promotion.contest import Contest
        from components.promotion.fetch import fetch

        found = fetch(named_server(), Contest.from_json(contest), Path(contenders.path))
        reigning = found.champion.version if found.champion else 0
        run.params({"model": found.name, "challenger": found.challenger.version, "champion": reigning or "nobody"})
        run.tags({"served": found.served})
        contenders.metadata.update(
            name=found.name, challenger=found.challenger.version, champion=reigning, faults=len(found.faults)
        )


@dsl.component(base_image=image("promotion"), install_kfp_package=False)
def promote_model(
    contenders: dsl.Input[dsl.Artifact],
    decision: dsl.Input[dsl.Artifact],
    settings: dict,
    dry_run: bool,
    code: str,
    promotion: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Move the alias `champion` to the challenger, or let a request wait for a person, or leave it where it is.

    Never cached: it changes what the registry says.

    Args:
        contenders: the challenger and the reigning champion, as they were compared.
        decision: what the gate found.
        settings: who has the last word.
        dry_run: whether only to say what would become of it.
        code: a fingerprint of this step's code, so that the run names it; the step itself does not read it.
        promotion: what became of the challenger, and the ledger's entry about it.
        metrics: the two versions, whether the challenger reigns now, and the entry's number; 0 where there is none.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.promotion.config import PromotionSettings

    with step("promotion") as run:
        config = read_settings(PromotionSettings, settings, "promotion")
        from components.promotion.promote import promote

        result = promote(Path(contenders.path), Path(decision.path), config, Path(promotion.path), run, dry_run)
        promotion.metadata.update(name=result.name, version=result.version, outcome=result.outcome, why=result.why)
        versions = {"challenger": result.version, "former_champion": result.former or 0}
        write_metrics(metrics, {**versions, "promoted": int(result.outcome == "promoted"), "entry": result.entry or 0})
