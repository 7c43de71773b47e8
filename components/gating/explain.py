"""A decision in a few sentences, and whether the test set was large enough for it."""

from components.contracts.decision import Decision
from components.gating.points import in_points


def explain(decision: Decision) -> list[str]:
    """Return the verdict, whether the rows are enough, and what else stands against the challenger."""
    against = [check for check in decision.checks if check.blocks]
    told = [f"{check.name}: {check.sentence}" for check in against[1:]]  # the verdict quotes the first one
    return [decision.why, *about_rows(decision), *told]


def about_rows(decision: Decision) -> list[str]:
    """Return whether the rows are enough; nothing where nobody reigns, as limits are held against what was observed."""
    if decision.rows_needed is None:
        return []
    verdict = next(check.verdict for check in decision.checks if check.name == "non_inferiority")
    if decision.rows >= decision.rows_needed:
        size = "is large enough to decide"
    elif verdict == "undecided":
        size = "is too small to decide"
    else:
        size = "is small, but was enough this time, for"
    return [
        f"The test set of {decision.rows:,} rows {size} a margin of {in_points(decision.margin_points)} of accuracy: "
        f"where two models differ as often as these, it takes about {decision.rows_needed:,}."
    ]
