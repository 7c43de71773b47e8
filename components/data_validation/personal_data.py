"""Personal data in texts: e-mail addresses, phone numbers and payment card numbers; found, counted and masked."""

import re
from dataclasses import dataclass

import phonenumbers
from stdnum import luhn

from components.contracts.faults import BadInput, Fault

# each run of address characters is tried once, from its start: no text takes quadratic time
_EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]++(?:@[\w-]+(?:\.[\w-]+)+)+")
_CARD = re.compile(
    r"(?<![0-9])(?:[0-9]{4}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]{4}([ -]?)[0-9]{6}\2[0-9]{5}|[0-9]{13,19})(?![0-9])"
)
_SEVEN_DIGITS = re.compile(r"(?:\d\D{0,4}){6}\d")
_FIRST_DIGITS_OF_CARDS = "23456"


@dataclass(frozen=True)
class Masked:
    """A text without its personal data, and how much of it there was."""

    text: str
    emails: int = 0
    phones: int = 0
    cards: int = 0


def check_region(region: str) -> None:
    """Check that phone numbers of `region` are known.

    Raises:
        BadInput: no such country.

    """
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        expected = "a country's two letters, such as US or DE, or nothing"
        raise BadInput(Fault("data_validation.phone_numbers.region", region, expected))


def mask(text: str, region: str) -> Masked:
    """Return `text` with every address and number masked, such as `j***@***.com`, and how many there were.

    Masking can bring digits together that stood apart, so it goes on until nothing is found.

    Args:
        text: any text; the work grows linearly with its length.
        region: the country whose phone numbers are seen without a `+`; empty for none.

    """
    masked = Masked(text)
    while True:
        emails, cards = 0, 0
        text = masked.text
        if "@" in text:
            text, emails = _EMAIL.subn(_masked_email, text)
        if _SEVEN_DIGITS.search(text) is None and not emails:
            return Masked(text, masked.emails, masked.phones, masked.cards)
        before = text
        text = _CARD.sub(_masked_card, text)
        cards = sum(_is_card(match[0]) for match in _CARD.finditer(before))
        text, phones = _mask_phones(text, region)
        masked = Masked(text, masked.emails + emails, masked.phones + phones, masked.cards + cards)
        if not emails + phones + cards:
            return masked


def _masked_email(match: re.Match[str]) -> str:
    address = match[0]
    return f"{address[0]}***@***.{address.rpartition('.')[2]}"


def _is_card(number: str) -> bool:
    digits = number.replace(" ", "").replace("-", "")
    return digits[0] in _FIRST_DIGITS_OF_CARDS and len(set(digits)) > 1 and luhn.is_valid(digits)


def _masked_card(match: re.Match[str]) -> str:
    number = match[0]
    return "*" * (len(number) - 4) + number[-4:] if _is_card(number) else number


def _mask_phones(text: str, region: str) -> tuple[str, int]:
    if _SEVEN_DIGITS.search(text) is None:
        return text, 0
    searched = text.replace("()", "  ")  # the matcher takes an empty pair for a number's start, and then finds none
    pieces, end, count = [], 0, 0
    for match in phonenumbers.PhoneNumberMatcher(searched, region or "ZZ"):
        pieces += [text[end : match.start], _masked_phone(text[match.start : match.end])]
        end, count = match.end, count + 1
    return "".join([*pieces, text[end:]]), count


def _masked_phone(number: str) -> str:
    """Return `number` with its last two digits and its punctuation."""
    return re.sub(r"\d(?=(?:\D*\d){2})", "*", number)
