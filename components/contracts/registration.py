"""The registration contract: where the chosen candidate stands in the registry."""

from dataclasses import dataclass
from typing import ClassVar

ASKED = "asked.json"
"""What the run was asked for, among the artifacts of the run that registered the version."""
CARD = "model_card.md"
"""The model card, in the contract's folder and among those artifacts."""
CANDIDATE = "candidate_sha256"
"""The tag of a version, and the entry in its model's metadata, that names the candidate which was registered."""
UNFINISHED = "bessemer.unfinished"
"""The tag of a version that a registration is still at work on, or was killed at: it names the process."""
TUNED_SHA256 = "tuned_sha256"
"""The version's tag that names the weights which it was made from."""


@dataclass(frozen=True)
class Registration:
    """What a registration folder holds, beside `model_card.md`."""

    FILE: ClassVar[str] = "registration.json"

    name: str
    """The registered model's name."""
    version: int
    alias: str
    model_uri: str
    """Such as `models:/sentiment/3`."""
    run_id: str
    """The MLflow run that it was logged in."""
    tracking_uri: str
    recipe: str
    tags: dict[str, str]
    """The lineage, as it stands on the version."""
    measured: dict[str, float]
    """What was measured about it, by name."""
