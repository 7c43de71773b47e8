"""Looks at the source and returns its identity: which bytes these are today."""

from components.contracts.address import without_password
from components.contracts.dataset import DataSource
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.identity import md5_of_listing, md5_of_stream
from components.data_ingestion.locate import locate
from components.data_ingestion.source import SourceFile


def resolve(settings: DataIngestionSettings) -> DataSource:
    """Return the identity of the source's bytes as they are now.

    The MD5 is taken from DVC or from S3 where they know it, and from the bytes otherwise.

    Raises:
        BadInput: nothing is there, or it may not be read.
        Unavailable: a server does not answer.

    """
    source = locate(settings)
    md5s = {file.name: file.md5 or _md5_of(file) for file in source.files}
    return DataSource(
        uri=settings.source,
        repository=without_password(source.repository),
        git_revision=source.git_revision,
        md5=md5_of_listing(md5s) if source.is_folder else md5s[source.files[0].name],
        size=sum(file.size for file in source.files),
    )


def _md5_of(file: SourceFile) -> str:
    with file.open() as stream:
        return md5_of_stream(stream)
