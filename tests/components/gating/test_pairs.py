import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from components.gating.pairs import Pairs, bootstrap_difference, count_pairs, p_better

counts = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200)).filter(any)


def pairs_of(counts: tuple[int, int, int]) -> Pairs:
    won, lost, agreed = counts
    return Pairs(won + lost + agreed, won, lost)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_the_difference_is_that_of_the_accuracies(rows: list[tuple[bool, bool]]) -> None:
    challenger, champion = (np.array(column) for column in zip(*rows, strict=True))
    pairs = count_pairs(challenger, champion)
    assert pairs.difference == pytest.approx(challenger.mean() - champion.mean())
    assert count_pairs(champion, challenger) == pairs.turned()


@settings(deadline=None)
@given(counts)
def test_swapping_the_two_turns_the_sign(counts: tuple[int, int, int]) -> None:
    pairs = pairs_of(counts)
    there, back = (bootstrap_difference(each, 0.9, 2000, 0) for each in (pairs, pairs.turned()))
    assert there.value == -back.value
    assert -100 <= there.low <= there.high <= 100
    assert abs(there.low + back.high) < 0.3 * (there.high - there.low) + 1e-9  # other draws, the same distribution


@given(st.integers(1, 10_000))
def test_two_that_agree_on_all_rows_are_never_better(rows: int) -> None:
    assert p_better(Pairs(rows, 0, 0)) == 1.0
    interval = bootstrap_difference(Pairs(rows, 0, 0), 0.9, 100, 0)
    assert (interval.low, interval.value, interval.high) == (0.0, 0.0, 0.0)


@given(counts)
def test_the_p_value_is_half_of_statsmodels_where_more_rows_were_won(counts: tuple[int, int, int]) -> None:
    pairs = pairs_of(counts)
    two_sided = mcnemar([[pairs.rows, pairs.won], [pairs.lost, 0]], exact=True).pvalue
    if pairs.won > pairs.lost:
        assert p_better(pairs) == pytest.approx(two_sided / 2)
    else:
        assert p_better(pairs) >= 0.5


@given(counts)
def test_few_rows_never_tell_that_two_models_always_agree(counts: tuple[int, int, int]) -> None:
    pairs = pairs_of(counts)
    assert 0 < pairs.likely_discordance < 1
    assert abs(pairs.likely_discordance - pairs.discordance) <= 1 / (2 * pairs.rows)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    dice = np.random.default_rng(3)
    covered = 0
    for trial in range(500):
        won, lost, _ = dice.multinomial(400, [0.02, 0.04, 0.94])
        interval = bootstrap_difference(Pairs(400, int(won), int(lost)), 0.9, 400, trial)
        covered += interval.low <= -2.0 <= interval.high
    assert 0.86 <= covered / 500 <= 0.94
