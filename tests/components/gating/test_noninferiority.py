from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial, norm
from statsmodels.stats.proportion import proportion_confint

from components.gating import noninferiority
from components.gating.noninferiority import UNBELIEVED, p_not_inferior, restricted_share, score
from components.gating.pairs import Pairs


def test_the_score_of_tangos_own_example() -> None:
    """Tango 1998: 44 patients, of whom 1 did worse and none better, at a margin of a tenth: Z is 1.709, p 0.044."""
    assert score(44, 0, 1, 0.1) == pytest.approx(1.709, abs=5e-4)
    assert norm.sf(score(44, 0, 1, 0.1)) == pytest.approx(0.044, abs=5e-4)


def test_the_score_at_the_ends_of_a_published_interval() -> None:
    """Fagerland, Lydersen and Laake 2014: 1 won and 7 lost of 21, Tango's 95 % interval is -0.517 to -0.026."""
    assert score(21, 1, 7, 0.517) == pytest.approx(1.96, abs=0.005)
    assert score(21, 1, 7, 0.026) == pytest.approx(-1.96, abs=0.005)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.floats(0.001, 0.5))
def test_the_restricted_share_is_the_likeliest(agreed: int, won: int, lost: int, margin: float) -> None:
    rows = agreed + won + lost
    share = float(restricted_share(rows, won, lost, margin))
    tried = np.linspace(margin, (1 + margin) / 2, 400)[1:-1]
    shares = np.array([*tried, np.clip(share, margin + 1e-12, (1 + margin) / 2 - 1e-12)])
    likelihood = won * np.log(shares - margin) + lost * np.log(shares) + agreed * np.log1p(margin - 2 * shares)
    assert likelihood[-1] >= likelihood[:-1].max() - 1e-6


@pytest.mark.parametrize(("rows", "margin"), [(30, 0.1), (299, 0.01), (298, 0.01), (598, 0.005)])
def test_two_that_agree_on_all_rows_obey_the_rule_of_three(rows: int, margin: float) -> None:
    """A model that is the margin worse agrees on all rows with this probability at the most."""
    assert p_not_inferior(Pairs(rows, 0, 0), margin) == pytest.approx((1 - margin) ** rows + UNBELIEVED)


def test_the_usual_score_test_would_promise_too_much_there() -> None:
    assert norm.sf(score(270, 0, 0, 0.01)) < 0.05 < 0.99**270 < p_not_inferior(Pairs(270, 0, 0), 0.01)


@cache
def p_values(rows: int, margin: float) -> dict[tuple[int, int], float]:
    return {
        (won, lost): p_not_inferior(Pairs(rows, won, lost), margin)
        for won in range(rows + 1)
        for lost in range(rows + 1 - won)
    }


@pytest.mark.parametrize(("rows", "margin"), [(12, 0.2), (20, 0.1)])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.25])
@pytest.mark.parametrize("worse", [1.0, 1.5])
def test_it_holds_its_level_whatever_the_models_are(rows: int, margin: float, alpha: float, worse: float) -> None:
    """Not simulated: the probabilities of all tables that pass, for models that are the margin worse, or more."""
    passing = np.array([table for table, p in p_values(rows, margin).items() if p <= alpha]).reshape(-1, 2)
    tables = np.column_stack([passing, rows - passing.sum(axis=1)])
    for discordance in np.linspace(worse * margin, 1, 60):
        won, lost = (discordance - worse * margin) / 2, (discordance + worse * margin) / 2
        passed = multinomial.pmf(tables, rows, [won, lost, 1 - won - lost]).sum() if len(tables) else 0.0
        assert passed <= alpha + 1e-9


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.005, 0.02, 0.1]))
def test_winning_more_of_the_same_discordant_rows_is_never_worse(
    rows: int, discordance: float, won: float, margin: float
) -> None:
    discordant = round(discordance * rows)
    least = round(won * max(discordant - 1, 0))
    fewer = p_not_inferior(Pairs(rows, least, discordant - least), margin)
    if discordant:
        assert p_not_inferior(Pairs(rows, least + 1, discordant - least - 1), margin) <= fewer + 1e-12
    assert UNBELIEVED <= fewer <= 1


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.integers(0, 20), st.integers(0, 20))
def test_a_larger_margin_is_never_harder_to_show(agreed: int, won: int, lost: int) -> None:
    pairs = Pairs(agreed + won + lost, won, lost)
    narrow, wide = (p_not_inferior(pairs, margin) for margin in (0.01, 0.02))
    assert wide <= narrow + 0.002  # one search of the share is a little finer than the other


@pytest.mark.parametrize("pairs", [Pairs(500, 20, 15), Pairs(2000, 100, 110), Pairs(40, 3, 1), Pairs(1000, 0, 2)])
def test_the_search_is_fine_enough(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = p_not_inferior(pairs, 0.01)
    monkeypatch.setattr(noninferiority, "_PLACES", 3000)
    assert p_not_inferior(pairs, 0.01) == pytest.approx(coarse, rel=0.01, abs=1e-4)


def test_a_single_row_says_nothing() -> None:
    assert p_not_inferior(Pairs(1, 0, 0), 0.01) > 0.9
    assert p_not_inferior(Pairs(1, 1, 0), 0.01) > 0.4
    assert p_not_inferior(Pairs(1, 0, 1), 0.01) == 1.0


def test_all_lost_is_certain_and_so_is_all_won() -> None:
    assert p_not_inferior(Pairs(100, 0, 100), 0.01) == 1.0
    assert p_not_inferior(Pairs(100, 100, 0), 0.01) == pytest.approx(UNBELIEVED, abs=1e-9)


def test_a_hundred_thousand_rows_that_agree_leave_no_place_for_the_margin() -> None:
    assert p_not_inferior(Pairs(100_000, 0, 0), 0.01) == UNBELIEVED


def test_on_many_rows_it_is_the_usual_score_test() -> None:
    for lost in (480, 500, 520, 560):
        usual = norm.sf(score(10_000, 500, lost, 0.01))
        assert p_not_inferior(Pairs(10_000, 500, lost), 0.01) == pytest.approx(usual, rel=0.08, abs=3e-4)


def test_it_is_the_probability_of_what_scores_as_high() -> None:
    """At the one share of discordant rows that is worst, by brute force over every table."""
    rows, margin, pairs = 40, 0.05, Pairs(40, 3, 1)
    tables = np.array([(won, lost) for won in range(rows + 1) for lost in range(rows + 1 - won)])
    as_high = tables[score(rows, tables[:, 0], tables[:, 1], margin) >= score(rows, 3, 1, margin) - 1e-9]
    counts = np.column_stack([as_high, rows - as_high.sum(axis=1)])
    largest = proportion_confint(4, rows, alpha=UNBELIEVED, method="beta")[1]
    probabilities = [
        multinomial.pmf(counts, rows, [(share - margin) / 2, (share + margin) / 2, 1 - share]).sum()
        for share in np.linspace(margin, largest, 300)
    ]
    assert p_not_inferior(pairs, margin) - UNBELIEVED == pytest.approx(max(probabilities), abs=1e-4)
