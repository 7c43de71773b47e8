"""Equal texts have equal keys, and others do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.data_ingestion.equal_texts import KEY_BYTES, keys_of, normalized


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ﬁlm", "film"),
        ("cafe\u0301", "café"),
        ("a  b\t\nc ", " a b c"),
        ("ＷＩＤＥ", "wide"),
        (None, ""),
    ],
)
def test_equal(one: str | None, other: str) -> None:
    assert keys_of([one]) == keys_of([other])


@given(st.lists(st.text(), max_size=5))
def test_a_key_depends_on_its_own_text_alone(texts: list[str]) -> None:
    together = keys_of(texts)
    assert together == b"".join(keys_of([text]) for text in texts)
    assert len(together) == KEY_BYTES * len(texts)


@given(st.text(), st.text())
def test_different_texts_have_different_keys(one: str, other: str) -> None:
    assert (keys_of([one]) == keys_of([other])) == (normalized(one) == normalized(other))
