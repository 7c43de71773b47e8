from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from components.gating.config import GatingSettings
from components.gating.judge import judge
from components.gating.pairs import Pairs
from tests.components.gating.conftest import Contender, Contest, answers, contest

DEFAULTS = GatingSettings(resamples=1000)


def test_one_that_is_as_good_and_within_every_limit_passes() -> None:
    decision = judge(contest(Pairs(4000, 90, 70)).answered(), DEFAULTS)
    assert decision.passed
    assert (decision.verdict, decision.challenger, decision.champion) == ("passed", 7, 5)
    assert decision.why == (
        "Version 7 passes: 0.5 points better than version 5, the champion, on the same 4,000 rows, not shown to be "
        "better, and every check holds."
    )
    assert decision.difference is not None
    assert decision.difference.value == 0.5
    assert decision.difference.confidence == pytest.approx(0.9)
    assert (decision.rows, decision.rows_needed, decision.margin_points, decision.alpha) == (4000, 2569, 1.0, 0.05)
    assert (decision.ledger_entries, decision.comparison_sha256) == (3, "5" * 64)


def test_a_champion_that_is_worse_on_these_rows_is_seen_as_such() -> None:
    decision = judge(contest(Pairs(4000, 300, 90)).answered(), DEFAULTS)
    assert decision.passed
    assert decision.superior
    assert "5.2 points better than version 5, the champion, on the same 4,000 rows, shown to be better" in decision.why


def test_a_test_set_that_is_too_small_decides_nothing() -> None:
    decision = judge(contest(Pairs(1066, 22, 26)).answered(), DEFAULTS)
    assert (decision.passed, decision.verdict) == (False, "undecided")
    assert decision.checks[0].name == "non_inferiority"
    assert decision.why.startswith(
        "Version 7 does not pass against version 5, the champion: 0.4 points worse on 1,066 rows"
    )


def test_what_fails_comes_before_what_is_undecided() -> None:
    undecided = contest(Pairs(1066, 22, 26), faults=["It does not load."])
    decision = judge(undecided.answered(), DEFAULTS)
    assert decision.verdict == "failed"
    assert [check.verdict for check in decision.checks[:2]] == ["failed", "undecided"]
    assert decision.why == (
        "Version 7 does not pass against version 5, the champion (2 checks stand against it): it does not load."
    )


def test_a_slice_that_got_worse_keeps_a_better_model_back() -> None:
    won, lost = answers(Pairs(3000, 200, 40)), answers(Pairs(1000, 2, 25))
    challenger, champion = (np.concatenate(both) for both in zip(won, lost, strict=True))
    inside = np.arange(4000) >= 3000
    both = Contest(Contender(7, challenger), Contender(5, champion), {"label=fresh": inside, "label=rotten": ~inside})
    decision = judge(both.answered(), DEFAULTS)
    assert decision.superior
    assert not decision.passed
    assert [check.name for check in decision.checks if check.blocks] == ["slice.label=fresh"]


def test_where_nobody_reigns_the_limits_alone_decide() -> None:
    alone = Contest(Contender(1, answers(Pairs(500, 0, 0))[0]), None, {"label=fresh": np.arange(500) < 250})
    answered = alone.answered()
    lost = judge(answered, DEFAULTS)
    assert lost.why.startswith("Version 1 passes: nobody reigns now (see `bessemer history reviews`), and no limit")
    first = replace(answered, comparison=replace(answered.comparison, ledger_entries=0))
    free = judge(first, DEFAULTS)
    assert free.why == "Version 1 passes: nobody reigns yet, and no limit is set for it to be held against."
    assert (free.champion, free.difference, free.rows_needed, free.superior) == (None, None, None, False)
    within = judge(first, replace(DEFAULTS, min_accuracy=0.9))
    assert within.why == "Version 1 passes: nobody reigns yet, and it is within every limit that is set."
    below = judge(alone.answered(), replace(DEFAULTS, min_accuracy=0.95, max_mib=10.0))
    assert (below.passed, below.verdict) == (False, "failed")
    assert below.why == (
        "Version 1 does not pass (2 checks stand against it): accuracy 0.900: under the floor of 0.950 "
        "(gating.min_accuracy)."
    )


def test_a_sentence_that_begins_with_a_name_keeps_its_capitals() -> None:
    decision = judge(contest(Pairs(4000, 90, 70), faults=["MLflow does not load it."]).answered(), DEFAULTS)
    assert decision.why.endswith("the champion: MLflow does not load it.")


@pytest.mark.parametrize(("rule", "difference"), [("superior", 0.0), ("non_inferior", -0.04)])
def test_of_many_gates_about_models_that_must_not_pass_few_let_them(rule: str, difference: float) -> None:
    """Two equal models where the rule wants a better one, and one that is worse by the whole margin where it does not.

    The level of each test is held exactly (`test_noninferiority.py`); this is the whole gate, and `benchmarks/` has
    thousands.
    """
    gates, rows = 100, 200
    asked = GatingSettings(rule=rule, margin_points=4.0, resamples=200)  # type: ignore[arg-type]
    dice = np.random.default_rng(5)
    slices = {"label=fresh": np.arange(rows) % 2 == 0, "tokens=1-16": np.arange(rows) < 80}
    passed = 0
    for _ in range(gates):
        fate = dice.choice(4, rows, p=[0.05 + difference / 2, 0.05 - difference / 2, 0.8, 0.1])
        challenger, champion = np.isin(fate, [0, 2]), np.isin(fate, [1, 2])
        passed += judge(Contest(Contender(7, challenger), Contender(5, champion), slices).answered(), asked).passed
    assert passed <= binom.isf(0.001, gates, 0.05)
    assert passed > 0
