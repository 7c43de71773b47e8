import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.same_texts import NONE, find_same_texts
from components.data_validation.similar_texts import find_similar_texts, jaccard, shingles_of
from tests.components.data_validation.test_same_texts import rows_of

BOUND = 0.7
WORDS = [f"word{number}" for number in range(2000)]


def texts(rows: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    return [" ".join(dice.choices(WORDS, k=20)) for _ in range(rows)]


def with_one_word_changed(text: str, seed: int) -> str:
    dice = random.Random(seed)
    words = text.split()
    words[dice.randrange(len(words))] = "another"
    return " ".join(words)


def test_almost_equal_texts_are_found_and_others_are_not() -> None:
    train, fresh = texts(600, 1), texts(200, 2)
    changed = [with_one_word_changed(text, number) for number, text in enumerate(train[:200])]
    rows = rows_of([(0, text, "x") for text in train] + [(2, text, "x") for text in changed + fresh])
    found = find_similar_texts(rows, rows.text, find_same_texts(rows, rows.text), BOUND)
    assert np.isnan(found.value[:600]).all()
    hits = found.value[600:800] >= BOUND
    assert hits.mean() >= 0.95
    assert (found.other[600:800][hits] == np.arange(200)[hits]).all()
    assert (found.value[800:] == 0).all()
    assert (found.other[800:] == NONE).all()
    for place in 600 + np.flatnonzero(hits):
        exact = jaccard(shingles_of(rows.text[place]), shingles_of(rows.text[found.other[place]]))
        assert found.value[place] == pytest.approx(exact)


def test_equal_texts_are_left_to_exact_comparison() -> None:
    text = texts(1, 3)[0]
    rows = rows_of([(0, text, "x"), (1, text, "x"), (2, "", "x"), (2, None, "x"), (2, "!?", "x")])
    found = find_similar_texts(rows, rows.text, find_same_texts(rows, rows.text), BOUND)
    np.testing.assert_equal(found.value, [np.nan, 0, np.nan, np.nan, 0])


def test_validation_is_an_earlier_split_of_test_and_copies_share_what_is_found() -> None:
    text = texts(1, 4)[0]
    near = with_one_word_changed(text, 0)
    rows = rows_of([(1, text, "x"), (2, near, "x"), (2, near, "x")])
    found = find_similar_texts(rows, rows.text, find_same_texts(rows, rows.text), BOUND)
    assert found.other.tolist() == [NONE, 0, 0]
    assert found.value[1] == found.value[2] >= BOUND


@pytest.mark.slow
def test_ten_thousand_variations_of_one_text_end() -> None:
    form = "your order {} of the shop in the town has left the store and will be there by noon"
    train = [(0, form.format(number), "x") for number in range(4000)]
    rows = rows_of([*train, *((2, form.format(number), "x") for number in range(4000, 6000))])
    found = find_similar_texts(rows, rows.text, find_same_texts(rows, rows.text), BOUND)
    assert (found.value[4000:] >= BOUND).all()


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert len(shingles_of("这部电影很好看")) == 6
    assert len(shingles_of("영화")) == 1
    assert len(shingles_of("one-word, two")) == 2
    assert len(shingles_of("one")) == 1
    assert len(shingles_of("!")) == 0


@settings(deadline=None)
@given(st.text(), st.text())
def test_similarity_is_symmetric_and_one_for_equal_texts(one: str, other: str) -> None:
    first, second = shingles_of(one), shingles_of(other)
    assert jaccard(first, second) == jaccard(second, first) <= 1
    assert jaccard(first, first) == (1 if len(first) else 0)
