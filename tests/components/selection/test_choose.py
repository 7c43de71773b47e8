from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.contracts.choice import Choice
from components.selection.choose import choose
from components.selection.config import Objective, SelectionSettings
from components.selection.scored import Scored
from tests.components.selection.conftest import (
    BASELINE,
    FAST,
    HERE,
    LOSSY,
    ROWS,
    SLOW,
    Measured,
    scorecard,
    with_errors,
)

UNUSED = pa.table({"row": [], "label": []})


def scored(measured: Measured) -> Scored:
    return Scored(scorecard(measured), UNUSED, np.array(measured.right))


def chosen_from(*candidates: Measured, **settings: Any) -> Choice:
    return choose(scored(BASELINE), [scored(each) for each in candidates], SelectionSettings(**settings))


@pytest.mark.parametrize(
    ("objective", "recipe"), [("fastest", "pruned"), ("smallest", "pruned"), ("best-quality", "onnx-fp32")]
)
def test_the_objective_decides_among_those_within_the_budgets(objective: Objective, recipe: str) -> None:
    choice = chosen_from(SLOW, FAST, LOSSY, max_quality_drop=100.0, objective=objective)
    assert choice.chosen == recipe
    assert choice.objective == objective


def test_each_candidate_has_its_reasons() -> None:
    choice = chosen_from(SLOW, FAST, LOSSY, max_quality_drop=1.0, max_p95_ms=8.0)
    verdicts = {verdict.recipe: verdict for verdict in choice.verdicts}
    assert list(verdicts) == ["baseline", "onnx-fp32", "int8-dynamic", "pruned"]
    assert choice.chosen == "int8-dynamic"
    assert choice.budgets == {"max_quality_drop": 1.0, "max_p95_ms": 8.0}
    assert verdicts["int8-dynamic"].reasons == ["fastest of those within the budgets: 4.29 times as fast as torch fp32"]
    assert verdicts["onnx-fp32"].reasons == [
        "within the budgets, but number 2 by the objective fastest: 2.50 times as fast as torch fp32, "
        "and 4.29 times as fast as torch fp32 for int8-dynamic"
    ]
    assert verdicts["pruned"].reasons == [
        "loss of accuracy 5.0 points is over the budget of 1.0 points",
        "p95 12.3 ms is over the budget of 8.0 ms",
    ]
    assert [verdict.qualifies for verdict in choice.verdicts] == [False, True, True, False]
    assert choice.why.startswith(
        "int8-dynamic is the fastest of 2 candidates within the budgets: 4.3 times as fast as torch fp32, 23.0 MiB, "
        "0.5 points of accuracy below the baseline (95% interval of the loss 0.0 to "
    )


def test_the_baseline_is_never_chosen() -> None:
    choice = chosen_from(max_quality_drop=100.0)
    assert choice.chosen == ""
    assert choice.why == "Only the baseline was evaluated, and it is not for serving: add a recipe."
    (verdict,) = choice.verdicts
    assert not verdict.qualifies
    assert "runs on onnxruntime alone" in verdict.reasons[0]
    assert verdict.quality_drop.value == verdict.quality_drop.low == verdict.quality_drop.high == 0


def test_nothing_within_the_budgets_is_an_answer() -> None:
    choice = chosen_from(SLOW, FAST, min_speed_up=50.0)
    assert choice.chosen == ""
    assert choice.why == "No candidate is within the budgets, so there is nothing to register."
    assert not any(verdict.qualifies for verdict in choice.verdicts)


@pytest.mark.parametrize(
    ("right", "words"),
    [
        (BASELINE.right, "as accurate as the baseline"),
        (with_errors(), "10.0 points of accuracy above the baseline"),
    ],
)
def test_the_sentence_says_how_accurate_the_chosen_one_is(right: list[bool], words: str) -> None:
    choice = chosen_from(replace(FAST, right=right))
    assert choice.why.startswith("int8-dynamic is the only candidate within the budgets")
    assert words in choice.why


def test_other_machines_are_said() -> None:
    elsewhere = replace(FAST, machine=replace(HERE, processor="another processor"))
    assert "Measured on another machine than the baseline: int8-dynamic." in chosen_from(SLOW, elsewhere).why
    assert "another machine" not in chosen_from(SLOW, FAST).why


@settings(deadline=None)
@given(st.permutations(["b", "a", "c"]), st.sampled_from(["fastest", "smallest", "best-quality"]))
def test_ties_fall_alike_whatever_the_order(recipes: list[str], objective: Objective) -> None:
    twins = [replace(FAST, recipe=recipe) for recipe in recipes]
    assert chosen_from(*twins, objective=objective).chosen == "a"


candidates = st.lists(
    st.builds(
        Measured,
        recipe=st.text("xyz", min_size=1, max_size=6),
        right=st.integers(0, 90).map(lambda errors: with_errors(*range(errors))),
        p50_ms=st.floats(0.5, 20),
        p95_ms=st.floats(0.5, 40),
        mib=st.floats(1, 100),
    ),
    unique_by=lambda measured: measured.recipe,
    max_size=4,
)
ceiling = st.floats(0, 50)


@settings(deadline=None)
@given(candidates, ceiling, ceiling, ceiling, ceiling, ceiling, st.floats(0, 10), st.floats(0, 1))
def test_relaxing_budgets_never_rejects_what_qualified(
    measured: list[Measured],
    drop: float,
    upper: float,
    p95: float,
    mib: float,
    more: float,
    speed: float,
    less: float,
) -> None:
    def qualifying(**settings: float) -> set[str]:
        choice = chosen_from(*measured, resamples=100, **settings)
        return {verdict.recipe for verdict in choice.verdicts if verdict.qualifies}

    strict = {
        "max_quality_drop": drop,
        "max_quality_drop_upper": upper,
        "max_p95_ms": p95,
        "max_mib": mib,
        "min_speed_up": speed,
    }
    relaxed = {name: value + more if value else 0.0 for name, value in strict.items()}  # 0 is no budget at all
    relaxed |= {"max_quality_drop": drop + more, "min_speed_up": speed * less}
    assert qualifying(**strict) <= qualifying(**relaxed)


@settings(deadline=None)
@given(candidates, st.sampled_from(["fastest", "smallest", "best-quality"]))
def test_the_chosen_one_qualifies_and_none_is_better(measured: list[Measured], objective: Objective) -> None:
    choice = chosen_from(*measured, max_quality_drop=5.0, resamples=100, objective=objective)
    within = [verdict for verdict in choice.verdicts if verdict.qualifies]
    assert (choice.chosen == "") == (not within)
    if within:
        best = next(verdict.scorecard for verdict in within if verdict.recipe == choice.chosen)
        others = [verdict.scorecard for verdict in within]
        assert {
            "fastest": best.speed_up == max(card.speed_up for card in others),
            "smallest": best.bytes_on_disk == min(card.bytes_on_disk for card in others),
            "best-quality": best.accuracy.value == max(card.accuracy.value for card in others),
        }[objective]


def test_rows_of_the_tests_are_what_they_seem() -> None:
    assert sum(FAST.right) == ROWS - 42
