"""What is looked at: a version of a registered model, and the bytes of a batch as they are today."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of


@dataclass(frozen=True)
class Subject:
    """What one monitoring is about; the same subject gives the same result."""

    name: str
    version: int
    run_id: str
    """The MLflow run that registered the version, where its reference lies."""
    candidate_sha256: str
    """What the version's tag says."""
    texts: str
    """Where the batch is read from."""
    batch_sha256: str

    def as_json(self) -> str:
        """Return it as a pipeline's parameter."""
        return json.dumps(asdict(self))


def refuse_other_bytes(subject: Subject, file: Path) -> None:
    """Check that the batch is still the one that was looked up.

    Raises:
        BadInput: it is not.

    """
    found = sha256_of(file)
    if found != subject.batch_sha256:
        way_out = "It was changed while the pipeline ran: run again."
        place = without_password(subject.texts)
        raise BadInput(Fault(place, f"sha256 {found[:12]}", f"sha256 {subject.batch_sha256[:12]}", way_out))
