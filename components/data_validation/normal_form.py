"""Which texts are the same: those that differ in case, spacing or the form of a character only."""

import unicodedata


def normalized(text: str) -> str:
    """Return `text` in NFKC, case-folded, each run of white space as one space; idempotent.

    Case folding can take a text out of NFKC, so that the form is applied again behind it.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
