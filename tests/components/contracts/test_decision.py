from dataclasses import replace

import pytest

from components.contracts.decision import Check, Decision, Verdict

NOTHING_FOUND = Decision("reviews", 7, 5, 0, True, "", [], 400, 1.0, 0.05, None, False, None, "")


@pytest.mark.parametrize(
    ("verdict", "blocks"), [("passed", False), ("noted", False), ("failed", True), ("undecided", True)]
)
def test_what_is_undecided_stands_against_the_challenger_and_what_is_noted_does_not(
    verdict: Verdict, blocks: bool
) -> None:
    assert Check("size", verdict, "").blocks is blocks


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        (["passed", "noted"], "passed"),
        (["undecided", "passed"], "undecided"),
        (["undecided", "failed", "passed"], "failed"),
    ],
)
def test_a_decision_is_undecided_only_where_nothing_failed(verdicts: list[Verdict], verdict: Verdict) -> None:
    checks = [Check("size", each, "") for each in verdicts]
    decision = replace(NOTHING_FOUND, checks=checks, passed=not any(check.blocks for check in checks))
    assert decision.verdict == verdict
