"""The KFP shell of promotion."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("promotion"), install_kfp_package=False)
def promote_model(
    contenders: dsl.Input[dsl.Artifact],
    decision: dsl.Input[dsl.Artifact],
    settings: dict,
    code: str,
    promotion: dsl.Output[dsl.Artifact],
) -> None:
    """Move the alias `champion` to the challenger, or let a request wait for a person, or leave it where it is.

    Never cached: it changes what the registry says.

    Args:
        contenders: the challenger and the reigning champion, as they were compared.
        decision: what the gate found.
        settings: who has the last word.
        code: a fingerprint of this step's code, so that the run names it; the step itself does not read it.
        promotion: what became of the challenger, and the ledger's entry about it.

    """
    from pathlib import Path

    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.promotion.config import PromotionSettings

    with step("promotion") as run:
        config = read_settings(PromotionSettings, settings, "promotion")
        from components.promotion.promote import promote

        result = promote(Path(contenders.path), Path(decision.path), config, Path(promotion.path), run)
        promotion.metadata.update(name=result.name, version=result.version, outcome=result.outcome, why=result.why)
