"""What the configured source means at this moment."""

from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.source import source_of


def resolve(settings: ModelIngestionSettings) -> str:
    """Return the revision: the hub's commit, the registry's version, or a hash of the content. Looked at each time.

    Raises:
        BadInput: the source names no model.
        Unavailable: the source does not answer.

    """
    return source_of(settings).look_up(settings)
