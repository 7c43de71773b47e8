"""Looks for secrets in everything that a run left behind, also where they are only thinly veiled."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote


def spellings(secret: str) -> Iterator[bytes]:
    """Yield a secret as it is, as it stands in a URL or in JSON, and in base64 that began 0, 1 or 2 bytes before it."""
    plain = secret.encode()
    yield plain
    yield quote(secret, safe="").encode()
    yield secret.replace("/", "\\/").encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        # what stands in the first and last group depends on the neighbours
        yield encoded[4 if before else 0 : -4]


def found_in(things: Iterable[tuple[str, bytes]], secrets: Iterable[str]) -> list[str]:
    """Return the names of those things in which one of the secrets is spelled."""
    searched = [spelling for secret in secrets for spelling in spellings(secret)]
    return [name for name, content in things if any(spelling in content for spelling in searched)]


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every file."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
