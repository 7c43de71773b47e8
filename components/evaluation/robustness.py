"""How much accuracy a model loses when texts are disturbed as people disturb them."""

import random
from collections.abc import Callable, Sequence

_SLIPS_A_LETTER = 0.05
"""About one word in five gets one."""
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SPACES = ("  ", "\t", " \n", "   ")


def disturb(texts: Sequence[str], seed: int) -> dict[str, list[str]]:
    """Return `texts` once for each disturbance, by its name; the same for the same seed."""
    disturbed = {}
    for name, disturbance in DISTURBANCES.items():
        dice = random.Random(seed)
        disturbed[name] = [disturbance(text, dice) for text in texts]
    return disturbed


def typos(text: str, dice: random.Random) -> str:
    """Return `text` with slips of a typist: letters left out, doubled, swapped with the next, or a key beside it.

    The four kinds are those of Pruthi et al. 2019, "Combating Adversarial Misspellings with Robust Word Recognition",
    section 4, at a chance of 5 % a letter.
    """
    letters = list(text)
    for place, letter in enumerate(letters):
        if letter.isalpha() and dice.random() < _SLIPS_A_LETTER:
            match dice.choice(("left out", "doubled", "swapped", "beside")):
                case "left out":
                    letters[place] = ""
                case "doubled":
                    letters[place] = letter * 2
                case "swapped":
                    letters[place : place + 2] = reversed(letters[place : place + 2])
                case "beside":
                    letters[place] = _key_beside(letter, dice)
    return "".join(letters)


def whitespace(text: str, dice: random.Random) -> str:
    """Return `text` with wider gaps, tabs and line breaks between its words, and some white space around it."""
    words = text.split()
    spaced = "".join(word + dice.choice(_SPACES) for word in words)
    return dice.choice(_SPACES) + spaced


def truncation(text: str, dice: random.Random) -> str:
    """Return the first half of the words, at least one."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


def _lowercase(text: str, dice: random.Random) -> str:
    return text.lower()


def _uppercase(text: str, dice: random.Random) -> str:
    return text.upper()


def _key_beside(letter: str, dice: random.Random) -> str:
    """Return a letter that lies beside it on an English keyboard; the letter itself where it lies on none."""
    row = next((row for row in _KEYBOARD if letter.lower() in row), letter)
    place = row.find(letter.lower())
    beside = dice.choice([key for key in (row[place - 1 : place], row[place + 1 : place + 2]) if key] or [letter])
    return beside.upper() if letter.isupper() else beside


DISTURBANCES: dict[str, Callable[[str, random.Random], str]] = {
    "typos": typos,
    "lowercase": _lowercase,
    "uppercase": _uppercase,
    "whitespace": whitespace,
    "truncation": truncation,
}
"""By the names that a comparison speaks of."""
