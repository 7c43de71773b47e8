"""What can be set about model ingestion."""

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class ModelIngestionSettings:
    """Which pretrained model."""

    source: Annotated[str, Field(min_length=1)]
    """A folder, `package://import_name/path`, `s3://bucket/prefix`, `models:/name/3`, `models:/name@alias`, or a hub
    name such as `org/name`."""
    revision: str = ""
    """For hub names: a branch, tag or commit; empty is the main branch."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        scheme = next((start for start in ("package://", "s3://", "models:/") if self.source.startswith(start)), "")
        if not (self.revision and scheme):
            return []
        way_out = "Remove it: this source is looked at as it is, and its revision recorded."
        return [Fault("model_ingestion.revision", self.revision, f"none for a source at {scheme}", way_out)]
