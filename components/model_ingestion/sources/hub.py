"""Models on a model hub that speaks Hugging Face's protocol; HF_ENDPOINT and HF_TOKEN say which, and who asks."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError: its HTTP client's own
    GatedRepoError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from components.contracts.faults import BadInput, Fault, Unavailable
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.wanted import wanted


def look_up(settings: ModelIngestionSettings) -> str:
    """Return the commit that the branch or tag names now."""
    with _answering(settings):
        return str(HfApi().model_info(settings.source, revision=settings.revision or None).sha)


def fetch(settings: ModelIngestionSettings, revision: str, folder: Path) -> list[str]:
    """Download the wanted files of the commit through the hub's cache, and return the names of all in the repository.

    Raises:
        BadInput: no such model, or this user may not read it.
        Unavailable: the hub does not answer.

    """
    with _answering(settings):
        siblings = HfApi().model_info(settings.source, revision=revision).siblings or []
        names = sorted(sibling.rfilename for sibling in siblings)
        here = wanted(names)
        cached = Path(snapshot_download(settings.source, revision=revision, allow_patterns=here or ["config.json"]))
    for name in here:
        shutil.copyfile(cached / name, folder / name)
    return names


@contextmanager
def _answering(settings: ModelIngestionSettings) -> Iterator[None]:
    """Turn the hub's errors into sentences; the order matters, for they are each other's kinds."""
    name = settings.source
    try:
        yield
    except GatedRepoError:
        way_out = "Accept its terms on the hub, and set HF_TOKEN."
        raise BadInput(Fault(name, "a model that is not for everyone", "one that you may read", way_out)) from None
    except RevisionNotFoundError:
        found = f"no revision {settings.revision!r}"
        raise BadInput(Fault(name, found, "a branch, tag or commit", "Correct model_ingestion.revision.")) from None
    except (RepositoryNotFoundError, HFValidationError):
        found = f"no such folder here, and no such model at {constants.ENDPOINT}"
        way_out = "Correct the name; for a private model set HF_TOKEN."
        raise BadInput(Fault(name, found, "a model", way_out)) from None
    except (HTTPError, OfflineModeIsEnabled, LocalEntryNotFoundError) as error:
        found = (
            f"no such folder here, and no answer from the hub at {constants.ENDPOINT} ({str(error).splitlines()[0]})"
        )
        way_out = "Check the network and HF_ENDPOINT; where no hub can be reached, name a folder, package or bucket."
        raise Unavailable(Fault(name, found, "a hub that answers", way_out)) from None
