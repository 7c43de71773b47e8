import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from components.gating.noninferiority import p_not_inferior
from components.gating.pairs import Pairs
from components.gating.planning import decidable_margin, power_of, rows_needed

shares = st.floats(0.001, 0.5)
margins = st.floats(0.002, 0.1)


@given(shares, margins, st.integers(1, 50_000), st.integers(1, 5000))
def test_more_rows_never_lower_the_power(discordance: float, margin: float, rows: int, more: int) -> None:
    assert power_of(rows, discordance, margin, 0.05) <= power_of(rows + more, discordance, margin, 0.05)


@given(shares, margins, st.floats(0.5, 0.95))
def test_the_rows_that_are_needed_are_enough_and_one_less_is_not(
    discordance: float, margin: float, power: float
) -> None:
    needed = rows_needed(discordance, margin, 0.05, power)
    assert power_of(needed, discordance, margin, 0.05) >= power - 1e-9
    assert power_of(needed - 1, discordance, margin, 0.05) < power


@given(shares, margins)
def test_more_is_needed_where_models_differ_more_and_for_a_smaller_margin(discordance: float, margin: float) -> None:
    needed = rows_needed(discordance, margin, 0.05, 0.8)
    assert rows_needed(1.5 * discordance, margin, 0.05, 0.8) >= needed
    assert rows_needed(discordance, 0.8 * margin, 0.05, 0.8) >= needed
    assert rows_needed(discordance, margin, 0.025, 0.8) >= needed
    assert rows_needed(discordance, margin, 0.05, 0.8, difference=discordance / 4) <= needed


def test_two_that_always_agree_need_the_rule_of_three() -> None:
    needed = rows_needed(0.0, 0.01, 0.05, 0.8)
    assert p_not_inferior(Pairs(needed, 0, 0), 0.01) <= 0.05 < p_not_inferior(Pairs(needed - 1, 0, 0), 0.01)
    assert power_of(needed, 0.0, 0.01, 0.05) == 1.0


def test_what_shows_a_model_to_be_better_grows_with_the_square() -> None:
    small, large = (rows_needed(0.1, 0.0, 0.05, 0.8, difference) for difference in (0.01, 0.02))
    assert small / large == pytest.approx(4, rel=0.01)


@settings(deadline=None, max_examples=25)
@given(st.integers(20, 20_000), shares)
def test_the_decidable_margin_is_the_smallest_that_the_rows_are_enough_for(rows: int, discordance: float) -> None:
    margin = decidable_margin(rows, discordance, 0.05, 0.8)
    if math.isinf(margin):
        assert rows_needed(discordance, 0.5, 0.05, 0.8) > rows
    else:
        assert rows_needed(discordance, margin * 1.01, 0.05, 0.8) <= rows
        assert rows_needed(discordance, margin * 0.97, 0.05, 0.8) >= rows


def test_the_plan_keeps_its_word() -> None:
    """The exact probability that the test passes a model that is as good, on as many rows as the plan says."""
    discordance, margin = 0.02, 0.05
    rows = rows_needed(discordance, margin, 0.05, 0.8)
    power = 0.0
    shares = [discordance / 2, discordance / 2, 1 - discordance]
    for won, lost in np.ndindex(rows + 1, rows + 1):
        if won + lost > rows:
            continue
        probability = multinomial.pmf([won, lost, rows - won - lost], rows, shares)
        if probability > 1e-5 and p_not_inferior(Pairs(rows, won, lost), margin) <= 0.05:
            power += probability
    assert 0.74 <= power <= 0.95
