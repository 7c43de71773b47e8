from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.rows import Rows
from components.data_validation.same_texts import NONE, SameTexts, find_same_texts

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", "c", "", None]), st.sampled_from(["x", "y", "z", None]))
)


def rows_of(triples: Sequence[tuple[int, str | None, str | None]]) -> Rows:
    triples = sorted(triples, key=lambda triple: triple[0])
    return Rows(
        file=["reviews.csv"] * len(triples),
        row=list(range(2, len(triples) + 2)),
        split=np.array([split for split, _, _ in triples], dtype=np.int64),
        text=[text for _, text, _ in triples],
        label=[label for _, _, label in triples],
    )


def find(rows: Rows) -> SameTexts:
    return find_same_texts(rows, rows.text)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_copies_are_the_earlier_rows_of_the_split(triples: list[tuple[int, str | None, str | None]]) -> None:
    rows = rows_of(triples)
    found = find(rows).copies
    for place, text in enumerate(rows.text):
        same = [o for o in range(len(rows)) if rows.text[o] == text and rows.split[o] == rows.split[place]]
        if not text:
            assert np.isnan(found.value[place])
            assert found.other[place] == NONE
        else:
            assert found.value[place] == sum(o < place for o in same)
            assert found.other[place] == same[0]


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_leaks_are_rows_of_earlier_splits(triples: list[tuple[int, str | None, str | None]]) -> None:
    rows = rows_of(triples)
    found = find(rows).leaked
    for place, text in enumerate(rows.text):
        earlier = [o for o in range(len(rows)) if rows.text[o] == text and rows.split[o] < rows.split[place]]
        if not text or rows.split[place] == 0:
            assert np.isnan(found.value[place])
        else:
            assert found.value[place] == len(earlier)
            assert not earlier or found.other[place] == earlier[0]


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_labels_are_counted_over_all_splits(triples: list[tuple[int, str | None, str | None]]) -> None:
    rows = rows_of(triples)
    found = find(rows).labels
    for place, (text, label) in enumerate(zip(rows.text, rows.label, strict=True)):
        if not text or label is None:
            assert np.isnan(found.value[place])
            continue
        labels = {rows.label[o] for o in range(len(rows)) if rows.text[o] == text} - {None}
        assert found.value[place] == len(labels)
        if len(labels) > 1:
            other = found.other[place]
            assert rows.text[other] == text
            assert rows.label[other] not in (label, None)
        else:
            assert found.other[place] == NONE
