import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from components.contracts.faults import BadInput
from components.data_validation.personal_data import check_region, mask

AROUND = st.text(st.sampled_from("klm ,;:()\n"), max_size=20)
CARDS = st.tuples(st.sampled_from("23456"), st.text(st.sampled_from("0123456789"), min_size=14, max_size=14)).map(
    lambda parts: "".join(parts) + luhn.calc_check_digit("".join(parts))
)
PHONES = ["(415) 555-2671", "415-555-2671", "+44 20 7946 0958", "+49 30 901820", "+14155552671", "415.555.2671"]


@settings(deadline=None)
@given(AROUND, st.emails(), AROUND)
def test_no_address_survives(before: str, address: str, after: str) -> None:
    masked = mask(f"{before} {address} {after}", "US")
    assert address not in masked.text
    assert address.partition("@")[2] not in masked.text
    assert masked.emails >= 1


@settings(deadline=None)
@given(AROUND, CARDS, st.sampled_from(["", " ", "-"]), AROUND)
def test_no_card_survives(before: str, card: str, between: str, after: str) -> None:
    assume(len(set(card)) > 1)
    written = between.join(card[place : place + 4] for place in range(0, 16, 4))
    masked = mask(f"{before} {written} {after}", "US")
    assert masked.cards == 1
    assert not re.search(r"\d{5}", masked.text.replace(" ", "").replace("-", ""))
    assert card[-4:] in masked.text


@settings(deadline=None)
@given(AROUND, st.sampled_from(PHONES), AROUND)
@example("()", "+44 20 7946 0958", "")
def test_no_phone_number_survives(before: str, phone: str, after: str) -> None:
    masked = mask(f"{before} {phone} {after}", "US")
    assert masked.phones == 1
    assert len(re.findall(r"\d", masked.text)) == 2


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789+-() .@ab"), max_size=120))
def test_nothing_is_left_to_find(text: str) -> None:
    again = mask(mask(text, "US").text, "US")
    assert (again.emails, again.phones, again.cards) == (0, 0, 0)
    assert again.text == mask(text, "US").text


@settings(deadline=None)
@given(CARDS, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_no_card(card: str, place: int, by: int) -> None:
    wrong = card[:place] + str((int(card[place]) + by) % 10) + card[place + 1 :]
    assert mask(f"number {wrong}", "").cards == 0


def test_what_a_person_sees() -> None:
    text = "Write to jane.doe@mail.example.com, call (415) 555-2671 or pay with 4111 1111 1111 1111 in 2024."
    masked = mask(text, "US")
    assert (
        masked.text
        == "Write to j***@***.com, call (***) ***-**71 or pay with *************** 1111 in 2024.".replace(
            "*************** 1111", "***************1111"
        )
    )
    assert (masked.emails, masked.phones, masked.cards) == (1, 1, 1)


@pytest.mark.parametrize(
    "text", ["", "no one", "a @ b", "me@home", "10,485,760 of 2024-11-23", "0000 0000 0000 0000", "1234567890123456"]
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    masked = mask(text, "US")
    assert (masked.text, masked.emails, masked.phones, masked.cards) == (text, 0, 0, 0)


def test_a_number_without_a_country_needs_one() -> None:
    assert mask("030 901820", "").phones == 0
    assert mask("030 901820", "DE").phones == 1


def test_chained_addresses_are_one() -> None:
    assert mask("a.b@c.com@d.org", "").text == "a***@***.org"


def test_long_runs_are_searched_in_linear_time() -> None:
    run = "a" * 200_000  # a search from every start would take 20 thousand million steps
    assert mask(f"{run} @", "").text == f"{run} @"
    assert mask(f"{run}@", "").emails == 0


def test_an_unknown_region_is_refused() -> None:
    check_region("")
    check_region("DE")
    with pytest.raises(BadInput, match=r"data_validation.phone_numbers.region: found XX; expected a country's two"):
        check_region("XX")
