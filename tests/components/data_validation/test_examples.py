import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.encodings import CONTROL
from components.data_validation.examples import excerpt, place_of, shown_label
from components.data_validation.lengths import SCANNED_CHARACTERS
from tests.components.data_validation.test_same_texts import rows_of


@settings(deadline=None)
@given(st.text(), st.sampled_from([None, CONTROL]))
def test_an_excerpt_is_short_and_printable(text: str, about: re.Pattern[str] | None) -> None:
    shown = excerpt(text, "US", about)
    assert shown.isprintable()
    assert len(shown) <= 82


@settings(deadline=None)
@given(st.integers(0, 200), st.emails())
def test_no_cut_leaves_a_part_of_an_address(before: int, address: str) -> None:
    shown = excerpt("a " * before + address + " b" * 100, "US", re.compile(r"\*{2}"))
    assert address.partition("@")[2] not in shown
    assert "***@***" in shown


def test_an_excerpt_shows_what_it_is_about() -> None:
    assert excerpt("word " * 100 + "here\x00it is", "", CONTROL).startswith("…word word word word here\\x00it is")
    assert excerpt("line\none\ttwo", "") == "line one two"
    assert excerpt("wide\u2028", "") == "wide\\u2028"


def test_a_number_that_the_end_of_the_search_cuts_in_two_is_not_shown() -> None:
    text = "y" * (SCANNED_CHARACTERS - 30) + "\x00 4111 1111 1111 1111" + " more" * 10
    assert "1111" not in excerpt(text, "", CONTROL)


@pytest.mark.parametrize(
    ("label", "shown"),
    [(None, "no label"), ("fresh", "fresh"), ("jane@example.com", "j***@***.com"), ("l" * 50, "l" * 40 + "…")],
)
def test_labels_are_masked_and_cut(label: str | None, shown: str) -> None:
    assert shown_label(label, "US") == shown


def test_a_row_is_named_so_that_it_can_be_found() -> None:
    assert place_of(rows_of([(0, "a", "x"), (2, "b", None)]), 1, "US") == "reviews.csv row 3 (test, no label)"
