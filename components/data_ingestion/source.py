"""A source that was found: its files, and how each is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class SourceFile:
    """One file of a source; nothing of it is read yet."""

    name: str
    """Its path relative to the source's folder, with slashes; its own name when the source is one file."""
    size: int
    """In bytes."""
    open: Callable[[], BinaryIO]
    """Opens the raw bytes from the start."""
    md5: str = ""
    """Of its bytes, where the store knows it; empty when it has to be read for that."""


@dataclass(frozen=True)
class Source:
    """The files behind `source`, `repository` and `revision`."""

    place: str
    """What messages call it."""
    files: tuple[SourceFile, ...]
    """Sorted by name; never empty."""
    is_folder: bool
    repository: str = ""
    """The DVC repository that names these bytes; empty when there is none."""
    git_revision: str = ""
    """The commit of `repository` that names these bytes; empty when there is none."""
