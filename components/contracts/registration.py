"""The registration contract: where the chosen candidate stands in the registry."""

from dataclasses import dataclass
from typing import ClassVar


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
