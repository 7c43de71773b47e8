"""The graph: a challenger and the reigning champion in, a decision and, where it is earned, a new champion out."""

from typing import NamedTuple

from kfp import dsl

from components.data_ingestion.component import ingest_data, resolve_data
from components.evaluation.component import compare_contenders
from components.gating.component import decide_promotion
from components.promotion.component import fetch_contenders, resolve_contest
from components.promotion.component import promote_model as promote_challenger
from pipelines.fingerprint import fingerprint


class Promoted(NamedTuple):
    """What the pipeline leaves: what the gate found, and what became of the challenger."""

    decision: dsl.Artifact
    promotion: dsl.Artifact


@dsl.pipeline(
    name="promote-model",
    description="Measures a challenger and the reigning champion on the same rows, decides by statistics whether the "
    "challenger may take its place, and moves the alias with an entry in the model's ledger.",
)
def promote_model(
    name: str,
    version: str = "",
    settings: dict = {},  # noqa: B006 - the form shows it
    dry_run: bool = False,
) -> Promoted:
    """Decide whether a registered version becomes the champion.

    Args:
        name: The registered model's name.
        version: The challenger's version; empty is the one with the alias challenger.
        settings: A section a room, over what the challenger was built with: {"gating": {"margin_points": 0.5}}.
        dry_run: Only say what would become of it; the settings may then differ from the model's policy.

    """
    # looked up each time: what reigns is no parameter
    contest = resolve_contest(name=name, version=version, settings=settings, dry_run=dry_run).set_caching_options(False)
    source = resolve_data(settings=contest.outputs["data_ingestion"]).set_caching_options(False)
    dataset = ingest_data(
        source=source.output, settings=contest.outputs["data_ingestion"], code=fingerprint("data_ingestion")
    ).outputs["dataset"]
    # never from the cache: what the registry holds is checked anew, and the champion measured beside its challenger
    contenders = (
        fetch_contenders(contest=contest.outputs["contest"], code=fingerprint("promotion"))
        .set_caching_options(False)
        .outputs["contenders"]
    )
    comparison = (
        compare_contenders(
            contenders=contenders,
            dataset=dataset,
            settings=contest.outputs["evaluation"],
            code=fingerprint("evaluation"),
        )
        .set_caching_options(False)
        .outputs["comparison"]
    )
    decision = decide_promotion(
        comparison=comparison, settings=contest.outputs["gating"], code=fingerprint("gating")
    ).outputs["decision"]
    promoted = promote_challenger(
        contenders=contenders,
        decision=decision,
        settings=contest.outputs["promotion"],
        dry_run=dry_run,
        code=fingerprint("promotion"),
    ).set_caching_options(False)
    return Promoted(decision=decision, promotion=promoted.outputs["promotion"])
