"""The contenders contract: a challenger and the reigning champion, as the registry has them."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from components.contracts.package import CANDIDATE_FOLDER

Role = Literal["challenger", "champion"]


@dataclass(frozen=True)
class Contender:
    """A version of a registered model, fetched and found to be the bytes that were registered."""

    version: int
    candidate_sha256: str
    """Of the manifest `candidate.json`, which names the hash of each of its files; the version's tag says the same."""
    run_id: str
    """The MLflow run that registered it."""
    dataset_sha256: str
    """Of the data set that it was trained and measured on."""
    accuracy: float
    """What its own scorecard says."""


@dataclass(frozen=True)
class Contenders:
    """What a contenders folder holds, beside a folder a contender.

    `challenger/` and `champion/` each hold `model/`, the packaged model as MLflow serves it, and
    `training_texts.parquet` (`components.contracts.reference`), empty for a version that was registered without one.
    There is no `champion/` where nobody reigns yet. The measured candidate lies in
    `challenger/model/artifacts/candidate/`.
    """

    FILE: ClassVar[str] = "contenders.json"
    CANDIDATE: ClassVar[str] = f"model/{CANDIDATE_FOLDER}"
    """Where a contender's candidate contract lies in its folder."""

    name: str
    """The registered model's name."""
    challenger: Contender
    champion: Contender | None
    ledger_entries: int
    """How many entries the model's ledger had: a promotion that comes later than another one sees it by this."""
    served: str
    """What the test of the packaged challenger in a serving process found, in a sentence."""
    faults: list[str] = field(default_factory=list)
    """Why the challenger cannot be served as it is: sentences; empty when it can."""
