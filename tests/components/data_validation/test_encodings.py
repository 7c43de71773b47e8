import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.encodings import control_characters, replacement_characters, signs_of_mojibake


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.integers(0, 5))
def test_each_control_character_is_counted(text: str, number: int) -> None:
    assert control_characters(text + "\x00" * number) == number


def test_white_space_is_welcome_and_c1_is_not() -> None:
    assert control_characters("a\tb\r\nc") == 0
    assert control_characters("so it goes\x85 and on\x7f") == 2


def test_lost_characters_are_counted() -> None:
    assert replacement_characters("na\ufffdve r\ufffdle") == 2


@pytest.mark.parametrize("text", ["façade", "Ĳsland", "“quoted”", "東京は雨", "Привет, мир", "naïve café, 5 €"])
def test_what_was_decoded_as_utf8_twice_shows(text: str) -> None:
    assert signs_of_mojibake(text) == 0
    twice = text.encode().decode("windows-1252", errors="replace")
    assert signs_of_mojibake(twice) > 0
