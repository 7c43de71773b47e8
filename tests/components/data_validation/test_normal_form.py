import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.normal_form import normalized


@settings(deadline=None)
@given(st.text())
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


@settings(deadline=None)
@given(st.text())
def test_spacing_does_not_matter(text: str) -> None:
    assert normalized(f"\n {text}\t\u00a0") == normalized(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A  Film", "a film"), ("ﬁlm", "FILM"), ("Café", "CAFE\u0301"), ("ＷＩＤＥ", "wide"), ("Straße", "STRASSE")],
)
def test_the_same_text_in_another_form(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


def test_case_folding_that_leaves_the_form_is_brought_back() -> None:
    text = "\u1f8f\u0343"  # one pass of NFKC and folding gives a text that a second pass changes
    assert normalized(normalized(text)) == normalized(text)
