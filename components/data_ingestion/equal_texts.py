"""Which texts count as equal: the ones that differ in case, white space or the spelling of a character only."""

import hashlib
import unicodedata
from collections.abc import Iterable

KEY_BYTES = 8
"""Two different texts among five million share a key once in a million data sets; they then only share a split."""


def normalized(text: str) -> str:
    """Return `text` in Unicode's NFKC form, case-folded, with each run of white space as one space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())  # folding can undo the form


def keys_of(texts: Iterable[str | None]) -> bytes:
    """Return 8 bytes a text, equal for equal texts; a missing text equals an empty one."""
    blake2b = hashlib.blake2b
    return b"".join(blake2b(normalized(text or "").encode(), digest_size=KEY_BYTES).digest() for text in texts)
