import itertools
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from components.fine_tuning.batches import batches_in_order, padding_share, token_budget_batches

BUDGET = 256
lengths_of_rows = st.lists(st.integers(3, BUDGET), max_size=600)
seeds = st.integers(0, 2**32)


@given(lengths_of_rows, seeds, st.integers(0, 9))
def test_every_row_comes_once_an_epoch(lengths: list[int], seed: int, epoch: int) -> None:
    batches = token_budget_batches(lengths, BUDGET, seed, epoch)
    assert Counter(row for batch in batches for row in batch) == Counter(range(len(lengths)))


@given(lengths_of_rows, seeds)
def test_no_batch_exceeds_the_budget_with_its_padding(lengths: list[int], seed: int) -> None:
    for batch in [*token_budget_batches(lengths, BUDGET, seed, 0), *batches_in_order(lengths, BUDGET)]:
        assert batch
        assert len(batch) * max(lengths[row] for row in batch) <= BUDGET


@given(lengths_of_rows, seeds, st.integers(0, 9))
def test_the_same_seed_and_epoch_give_the_same_batches(lengths: list[int], seed: int, epoch: int) -> None:
    assert token_budget_batches(lengths, BUDGET, seed, epoch) == token_budget_batches(lengths, BUDGET, seed, epoch)


@given(st.integers(2000, 4000), st.integers(20, 64), seeds)
@settings(max_examples=20, deadline=None)
def test_little_of_the_work_is_padding(rows: int, longest: int, seed: int) -> None:
    lengths = np.random.default_rng(seed).integers(3, longest, rows).tolist()
    assert padding_share(lengths, token_budget_batches(lengths, 1024, seed, 0)) < 0.08


def test_bucketing_pads_far_less_than_random_batches() -> None:
    lengths = np.random.default_rng(0).lognormal(3.2, 0.5, 5000).clip(3, 128).astype(int).tolist()
    random_batches = [list(range(start, min(start + 32, 5000))) for start in range(0, 5000, 32)]
    bucketed = token_budget_batches(lengths, 1024, 0, 0)
    assert padding_share(lengths, bucketed) < 0.04 < 0.4 < padding_share(lengths, random_batches)


def test_epochs_and_seeds_bring_rows_into_other_company() -> None:
    lengths = np.random.default_rng(0).integers(3, 60, 4000).tolist()
    first, second, other = (
        {frozenset(batch) for batch in token_budget_batches(lengths, 1024, seed, epoch)}
        for seed, epoch in ((0, 0), (0, 1), (1, 0))
    )
    assert len(first & second) < 0.05 * len(first)
    assert len(first & other) < 0.05 * len(first)


def test_short_and_long_batches_take_turns() -> None:
    lengths = np.random.default_rng(0).integers(3, 60, 4000).tolist()
    means = [np.mean([lengths[row] for row in batch]) for batch in token_budget_batches(lengths, 1024, 0, 0)]
    rises = sum(later > sooner for sooner, later in itertools.pairwise(means))
    assert 0.35 < rises / len(means) < 0.65


def test_no_rows_make_no_batches() -> None:
    assert token_budget_batches([], BUDGET, 0, 0) == batches_in_order([], BUDGET) == []
    assert padding_share([], []) == 0


def test_measuring_goes_from_short_to_long_in_a_fixed_order() -> None:
    assert batches_in_order([9, 3, 5, 3], 12) == [[1, 3], [2], [0]]
