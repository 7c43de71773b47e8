"""Splits keep equal texts together, labels in proportion, and every label in training."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from components.contracts.dataset import SPLITS
from components.data_ingestion.splits import first_of_equals, sample, stratify

SHARES = {"test": 0.15, "validation": 0.1}
TRAIN, VALIDATION, TEST = (SPLITS.index(split) for split in ("train", "validation", "test"))
rows = st.lists(st.tuples(st.integers(0, 30), st.integers(-1, 4)), min_size=1, max_size=200)


def arrays(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    keys, labels = zip(*pairs, strict=True)
    return np.array(keys, np.uint64), np.array(labels, np.int16)


@given(rows, st.integers(0, 9))
def test_equal_texts_share_a_split_and_each_label_of_a_group_is_in_training(pairs, seed) -> None:
    keys, labels = arrays(pairs)
    splits = stratify(keys, labels, SHARES, seed)
    assert all(len({*splits[keys == key]}) == 1 for key in np.unique(keys))
    first = np.array([np.flatnonzero(keys == key)[0] for key in np.unique(keys)])
    assert {*labels[first]} == {*labels[first][splits[first] == TRAIN]}


@given(rows)
def test_the_same_seed_gives_the_same_splits(pairs) -> None:
    keys, labels = arrays(pairs)
    assert (stratify(keys, labels, SHARES, 3) == stratify(keys, labels, SHARES, 3)).all()


@given(rows)
def test_the_first_of_equals_is_what_a_set_would_keep(pairs) -> None:
    seen: set[tuple[int, int]] = set()
    expected = [pair not in seen and not seen.add(pair) for pair in pairs]
    assert first_of_equals(*arrays(pairs)).tolist() == expected


def test_another_seed_gives_other_splits() -> None:
    keys, labels = np.arange(400, dtype=np.uint64), np.zeros(400, np.int16)
    assert (stratify(keys, labels, SHARES, 1) != stratify(keys, labels, SHARES, 2)).any()


def test_shares_are_met_to_the_row_in_all_and_to_one_row_a_label() -> None:
    labels = np.repeat(np.arange(5, dtype=np.int16), [500, 300, 150, 40, 10])
    splits = stratify(np.arange(1000, dtype=np.uint64), labels, SHARES, 0)
    assert np.bincount(splits).tolist() == [750, 100, 150]
    for label, count in enumerate(np.bincount(labels)):
        assert abs(np.count_nonzero(splits[labels == label] == TEST) - 0.15 * count) <= 1


def test_a_text_that_is_half_of_the_rows_does_not_fill_the_test_split() -> None:
    keys = np.concatenate([np.zeros(500), np.arange(1, 501)]).astype(np.uint64)
    splits = stratify(keys, np.zeros(1000, np.int16), SHARES, 0)
    assert (splits[:500] == TRAIN).all()
    assert np.count_nonzero(splits == TEST) == 150


def test_many_rare_labels_still_get_their_share_of_the_test_split() -> None:
    labels = np.repeat(np.arange(100, dtype=np.int16), 4)
    splits = stratify(np.arange(400, dtype=np.uint64), labels, SHARES, 0)
    assert np.count_nonzero(splits == TEST) == 60


@given(st.integers(0, 9))
def test_added_rows_move_few_of_the_old_ones(seed) -> None:
    dice = np.random.default_rng(seed)
    keys, labels = dice.integers(1 << 62, size=2_200).astype(np.uint64), dice.integers(3, size=2_200).astype(np.int16)
    before, after = stratify(keys[:2_000], labels[:2_000], SHARES, seed), stratify(keys, labels, SHARES, seed)
    in_both = np.count_nonzero((before == TEST) & (after[:2_000] == TEST))
    assert in_both > 0.9 * np.count_nonzero(before == TEST)
    one_more = stratify(keys[:2_001], labels[:2_001], SHARES, seed)[:2_000]
    assert np.count_nonzero(one_more != before) <= 6


@given(rows, st.integers(0, 9))
def test_the_order_of_the_rows_moves_none(pairs, seed) -> None:
    pairs = list(dict(pairs).items())
    keys, labels = arrays(pairs)
    splits = stratify(keys, labels, SHARES, seed)
    assert (stratify(keys[::-1], labels[::-1], SHARES, seed)[::-1] == splits).all()


def test_a_sample_of_more_rows_keeps_what_is_still_among_the_smallest() -> None:
    keys = np.random.default_rng(0).integers(1 << 62, size=1_100).astype(np.uint64)
    before, after = (sample(np.ones(rows, bool), keys[:rows], 500, 3) for rows in (1_000, 1_100))
    assert np.count_nonzero(before & after[:1_000]) > 400


@given(st.lists(st.booleans(), min_size=1, max_size=100), st.integers(1, 120))
def test_a_sample_is_part_of_what_is_eligible(eligible, size) -> None:
    mask = np.array(eligible)
    chosen = sample(mask, np.arange(len(mask), dtype=np.uint64), size, 0)
    assert not (chosen & ~mask).any()
    assert np.count_nonzero(chosen) == min(size, np.count_nonzero(mask))


def test_no_rows_at_all() -> None:
    nothing = np.array([], np.uint64), np.array([], np.int16)
    assert first_of_equals(*nothing).tolist() == []
    assert stratify(*nothing, {}, 0).tolist() == []
