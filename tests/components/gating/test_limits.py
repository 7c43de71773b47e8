from dataclasses import replace

import pytest

from components.contracts.decision import Check
from components.gating.config import GatingSettings
from components.gating.limits import check_limits
from components.gating.pairs import Pairs
from tests.components.gating.conftest import Contender, Contest, answers

UNSET = GatingSettings(max_calibration_worsening=0, max_robustness_worsening=0, max_p95_ratio=0)
CHALLENGER, CHAMPION = (
    Contender(version, right) for version, right in zip((7, 5), answers(Pairs(400, 2, 2)), strict=True)
)


def checked(settings: GatingSettings, challenger: Contender = CHALLENGER, **more: list[str]) -> dict[str, Check]:
    contest = Contest(challenger, CHAMPION, **more)  # type: ignore[arg-type]
    return {check.name: check for check in check_limits(contest.comparison(), settings)}


def test_what_is_not_set_is_not_checked() -> None:
    assert list(checked(UNSET)) == ["serving"]


BROKEN = {
    "floor.accuracy": ("min_accuracy", 0.9, {}, "Accuracy 0.895: under the floor of 0.900"),
    "floor.macro_f1": ("min_macro_f1", 0.8, {"macro_f1": 0.79996}, "Macro F1 0.79996: under the floor of 0.80000"),
    "calibration": (
        "max_calibration_error",
        0.05,
        {"calibration_error": 0.081},
        "Calibration error 0.081: over the limit of 0.050",
    ),
    "latency": ("max_p95_ms", 8.0, {"p95_ms": 12.34}, "P95 latency 12.3 ms: over the limit of 8.0 ms"),
    "size": ("max_mib", 20.0, {"mib": 20.02}, "Size on disk 20.02 MiB: over the limit of 20.00 MiB"),
    "memory": (
        "max_peak_memory_mib",
        512.0,
        {"memory_mib": 600.0},
        "Peak memory 600.0 MiB: over the limit of 512.0 MiB",
    ),
    "robustness.typos": (
        "max_robustness_drop",
        5.0,
        {"lost_to_typos": 9.0},
        "Accuracy lost to typos 9.0 points: over the limit of 5.0 points",
    ),
    "calibration.beside_champion": (
        "max_calibration_worsening",
        0.05,
        {"calibration_error": 0.1},
        "Calibration error 0.080 beyond the champion's: over the limit of 0.050",
    ),
    "latency.beside_champion": (
        "max_p95_ratio",
        1.5,
        {"p95_ms": 18.0},
        "P95 latency 3.0 times the champion's: over the limit of 1.5 times",
    ),
    "robustness.typos.beside_champion": (
        "max_robustness_worsening",
        3.0,
        {"lost_to_typos": 9.0},
        "Accuracy under typos 5.0 points below the champion's: over the limit of 3.0 points",
    ),
}
"""By check: the setting and its limit, what is measured, and what is said."""


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_limit_is_told_with_both_values_and_the_setting(name: str) -> None:
    setting, limit, measured, found = BROKEN[name]
    checks = checked(replace(UNSET, **{setting: limit}), replace(CHALLENGER, **measured))
    assert list(checks) == ["serving", name]
    assert (checks[name].verdict, checks[name].sentence) == ("failed", f"{found} (gating.{setting}).")


def test_the_limit_itself_is_kept() -> None:
    asked = replace(UNSET, max_p95_ms=6.0, max_mib=20.0, max_robustness_worsening=0.3, max_calibration_worsening=0.1)
    checks = checked(asked, replace(CHALLENGER, lost_to_typos=4.3, calibration_error=0.12))
    assert {check.verdict for check in checks.values()} == {"passed"}
    assert checks["latency"].sentence == "P95 latency 6.0 ms: within the limit of 6.0 ms (gating.max_p95_ms)."


def test_a_better_model_may_lose_more_to_a_disturbance_than_one_that_only_guesses() -> None:
    challenger, champion = answers(Pairs(400, 160, 0))
    both = Contest(Contender(7, challenger, lost_to_typos=12.0), Contender(5, champion, lost_to_typos=0.0))
    checks = {check.name: check for check in check_limits(both.comparison(), GatingSettings())}
    assert checks["robustness.typos.beside_champion"].verdict == "passed"
    assert checks["robustness.typos.beside_champion"].sentence.startswith("Accuracy under typos -28.0 points below")


def test_a_model_that_cannot_be_served_fails_with_the_reasons() -> None:
    check = checked(UNSET, faults=["It does not load.", "It needs a file that is not there."])["serving"]
    assert check == Check("serving", "failed", "It does not load. It needs a file that is not there.")
    assert checked(UNSET)["serving"].verdict == "passed"


def test_without_a_champion_nothing_is_held_against_one() -> None:
    alone = Contest(CHALLENGER, None).comparison()
    asked = GatingSettings(min_accuracy=0.5, max_p95_ms=9.0)
    assert [check.name for check in check_limits(alone, asked)] == ["serving", "floor.accuracy", "latency"]
