"""What the bytes of a source are called: the MD5 that DVC gives to a file or to a folder."""

import hashlib
import json
from collections.abc import Mapping
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20


def md5_of_stream(stream: BinaryIO) -> str:
    """Return the MD5 of what is left in `stream`, as hexadecimal text."""
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := stream.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def md5_of_listing(md5s: Mapping[str, str]) -> str:
    """Return the name that DVC 3 gives to a folder: the MD5 of its listing, and `.dir`.

    Args:
        md5s: the MD5 of each file, keyed by its path relative to the folder, with slashes.

    """
    listing = [{"md5": md5s[name], "relpath": name} for name in sorted(md5s)]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
