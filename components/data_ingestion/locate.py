"""Finds what `source`, `repository` and `revision` name, without reading rows."""

from pathlib import Path

from components.data_ingestion import local_files
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.source import Source


def locate(settings: DataIngestionSettings, commit: str = "") -> Source:
    """Return the source's files.

    Args:
        settings: the room's settings.
        commit: what `revision` meant when it was looked up, and is read whatever it means by now; empty looks it up.

    Raises:
        BadInput: nothing is there, or it is not what the settings say.
        Unavailable: a server does not answer.

    """
    uri = settings.source
    if settings.repository:
        from components.data_ingestion import dvc_files  # DVC loads slowly, and only repositories need it

        return dvc_files.locate(settings.repository, uri, settings.revision, commit)
    if uri.startswith("s3://"):
        from components.data_ingestion import s3_files  # boto3 too

        files, is_folder = s3_files.files_at(uri)
        return Source(uri, files, is_folder)
    if uri.startswith("package://"):
        path = local_files.path_in_package(uri)
        return Source(uri, local_files.files_at(path, uri), path.is_dir())
    return _locate_path(Path(uri), uri)


def _locate_path(path: Path, uri: str) -> Source:
    pointer = _pointer_of(path.absolute())
    if not pointer:
        return Source(uri, local_files.files_at(path, uri), path.is_dir())
    from components.data_ingestion import dvc_files

    return dvc_files.locate_beside_pointer(path, pointer, uri)


def _pointer_of(path: Path) -> Path | None:
    """Return the `.dvc` file that tracks `path` or a folder around it, if there is one."""
    for around in (path, *path.parents[:-1]):
        if (around / ".dvc").is_dir():
            return None  # the repository ends here
        pointer = around.with_name(f"{around.name}.dvc")
        if pointer.is_file() and any((folder / ".dvc").is_dir() for folder in pointer.parents):
            return pointer
    return None
