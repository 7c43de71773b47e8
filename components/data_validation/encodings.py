"""What tells that a text was damaged on its way: lost characters, control characters, a wrong character set."""

import re

from ftfy.badness import badness

REPLACEMENT = "\ufffd"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Unicode's control characters, without tab, line feed and carriage return."""


def replacement_characters(text: str) -> int:
    """Return how often U+FFFD, the mark of a character that could not be decoded, occurs."""
    return text.count(REPLACEMENT)


def control_characters(text: str) -> int:
    """Return how many control characters there are."""
    return 0 if text.isprintable() else len(CONTROL.findall(text))


def signs_of_mojibake(text: str) -> int:
    """Return how many sequences look like a wrong character set, by ftfy's rules."""
    return 0 if text.isascii() else badness(text)
