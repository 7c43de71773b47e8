import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.evaluation.robustness import DISTURBANCES, disturb, truncation, typos, whitespace

TEXTS = ["A lovely, warm film about two towns.", "dull", "", "ÜNÏcödé 🎬 ⅔", "one two  three"]


def test_the_same_seed_disturbs_alike_and_another_one_otherwise() -> None:
    texts = [" ".join(TEXTS)] * 20
    assert disturb(texts, 3) == disturb(texts, 3)
    assert disturb(texts, 3)["typos"] != disturb(texts, 4)["typos"]
    assert list(disturb(texts, 3)) == ["typos", "lowercase", "uppercase", "whitespace", "truncation"]


@given(st.lists(st.text(max_size=40), max_size=4), st.integers(0, 99))
def test_every_text_stays_a_text_in_its_place(texts: list[str], seed: int) -> None:
    for disturbed in disturb(texts, seed).values():
        assert len(disturbed) == len(texts)
        assert all(isinstance(text, str) for text in disturbed)


@given(st.text(max_size=60), st.integers(0, 99))
def test_white_space_changes_no_word(text: str, seed: int) -> None:
    assert whitespace(text, random.Random(seed)).split() == text.split()


def test_a_twentieth_of_the_letters_slips() -> None:
    dice = random.Random(0)
    changed = sum(typos("G", dice) != "G" for _ in range(20_000)) / 20_000
    assert changed == pytest.approx(0.05 * 3 / 4, abs=0.005)  # a letter alone has none to be swapped with
    assert typos("1 2 3 !?" * 100, dice) == "1 2 3 !?" * 100


def test_a_slip_beside_a_key_keeps_the_case() -> None:
    dice = random.Random(0)
    results = {typos("G", dice) for _ in range(2000)}
    assert results == {"G", "", "GG", "F", "H"}


@pytest.mark.parametrize(("text", "half"), [("one two three", "one two"), ("one", "one"), ("", ""), ("a b", "a")])
def test_the_first_half_of_the_words_is_left(text: str, half: str) -> None:
    assert truncation(text, random.Random(0)) == half


def test_case_is_changed_both_ways() -> None:
    assert disturb(["A warm Film"], 0)["lowercase"] == ["a warm film"]
    assert disturb(["A warm Film"], 0)["uppercase"] == ["A WARM FILM"]
    assert set(DISTURBANCES) == set(disturb([], 0))
