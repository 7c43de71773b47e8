"""The promotion contract: what became of a challenger at the end of the gate."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

Outcome = Literal["promoted", "waiting", "kept", "passed"]
GATE = "gate"
"""The tag of a version that says what the gate last found about it; there once that has been carried out."""
GATE_EVIDENCE = "gate_evidence"
"""The tag with the SHA-256 of the decision that this says."""
GATE_RUN = "gate_run"
"""The tag with the MLflow run that holds it."""


@dataclass(frozen=True)
class Promotion:
    """What a promotion folder holds."""

    FILE: ClassVar[str] = "promotion.json"

    name: str
    """The registered model's name."""
    version: int
    """The challenger's."""
    outcome: Outcome
    """`promoted`: it reigns; `waiting`: a person has to approve it; `kept`: nothing was moved; `passed`: nothing was
    to be moved, as it was a dry run, and the gate would let it."""
    former: int | None
    """The version that reigned when it was compared; None where nobody did."""
    why: str
    """One sentence."""
    entry: int | None = None
    """The number of the ledger's entry about it; None where the gate kept it out and the ledger has none."""
    reasons: list[str] = field(default_factory=list)
    """Why the gate kept it out: a sentence for each check that it did not pass."""
