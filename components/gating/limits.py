"""What the challenger must reach and must not exceed, by itself and beside the champion."""

from collections.abc import Iterator
from dataclasses import dataclass

from components.contracts.comparison import Comparison, Measured
from components.contracts.decision import Check
from components.gating.config import GatingSettings

MIB = 1024 * 1024
SERVING = "serving"
_ROUNDING = 1e-9
"""Values closer than this are equal: 0.3 - 0.2 must not exceed a limit of 0.1."""


@dataclass(frozen=True)
class Limit:
    """A measured value and the setting that it is held against."""

    check: str
    what: str
    value: float
    setting: str
    limit: float
    unit: str = ""
    """With the blank before it; empty for shares."""
    beside: str = ""
    """What a value is relative to, with the blank before it."""
    floor: bool = False
    """Whether the limit is the least, and not the most, that is right."""


def check_limits(comparison: Comparison, settings: GatingSettings) -> list[Check]:
    """Return a check for how the packaged model was served, and one for each limit that is set."""
    limits = [*_by_itself(comparison.challenger, settings)]
    if comparison.champion:
        limits += _beside(comparison.challenger, comparison.champion, settings)
    return [_serving(comparison), *(_check(limit) for limit in limits if limit.limit)]


def _serving(comparison: Comparison) -> Check:
    if comparison.faults:
        return Check(SERVING, "failed", " ".join(comparison.faults))
    return Check(SERVING, "passed", comparison.served)


def _by_itself(model: Measured, settings: GatingSettings) -> Iterator[Limit]:
    accuracy, macro_f1 = model.accuracy.value, model.macro_f1.value
    yield Limit("floor.accuracy", "accuracy", accuracy, "min_accuracy", settings.min_accuracy, floor=True)
    yield Limit("floor.macro_f1", "macro F1", macro_f1, "min_macro_f1", settings.min_macro_f1, floor=True)
    most = settings.max_calibration_error
    yield Limit("calibration", "calibration error", model.calibration_error, "max_calibration_error", most)
    yield Limit("latency", "p95 latency", model.latency[0].p95_ms, "max_p95_ms", settings.max_p95_ms, " ms")
    yield Limit("size", "size on disk", model.bytes_on_disk / MIB, "max_mib", settings.max_mib, " MiB")
    most = settings.max_peak_memory_mib
    yield Limit("memory", "peak memory", model.peak_memory_mib, "max_peak_memory_mib", most, " MiB")
    most = settings.max_robustness_drop
    for each in model.robustness:
        name, what = f"robustness.{each.disturbance}", f"accuracy lost to {each.disturbance}"
        yield Limit(name, what, each.drop_points, "max_robustness_drop", most, " points")


def _beside(challenger: Measured, champion: Measured, settings: GatingSettings) -> Iterator[Limit]:
    more = challenger.calibration_error - champion.calibration_error
    name, setting, most = "calibration.beside_champion", "max_calibration_worsening", settings.max_calibration_worsening
    yield Limit(name, "calibration error", more, setting, most, beside=" beyond the champion's")
    ratio = challenger.latency[0].p95_ms / champion.latency[0].p95_ms
    most = settings.max_p95_ratio
    yield Limit("latency.beside_champion", "p95 latency", ratio, "max_p95_ratio", most, " times", " the champion's")
    setting, most = "max_robustness_worsening", settings.max_robustness_worsening
    disturbed = {each.disturbance: each.accuracy for each in champion.robustness}
    for each in challenger.robustness:
        # what is left, not what is lost: a champion that guesses has nothing to lose
        if each.disturbance in disturbed:
            name, what = f"robustness.{each.disturbance}.beside_champion", f"accuracy under {each.disturbance}"
            less = 100 * (disturbed[each.disturbance] - each.accuracy)
            yield Limit(name, what, less, setting, most, " points", " below the champion's")


def _check(limit: Limit) -> Check:
    """Return whether the limit is kept, in a sentence with as many digits as tell the two apart."""
    least = 1 if limit.unit else 3
    digits = next((d for d in range(least, 6) if f"{limit.value:.{d}f}" != f"{limit.limit:.{d}f}"), least)
    broken = (limit.limit - limit.value if limit.floor else limit.value - limit.limit) > _ROUNDING
    side = ("under" if limit.floor else "over") if broken else "within"
    sentence = (
        f"{limit.what[0].upper()}{limit.what[1:]} {limit.value:.{digits}f}{limit.unit}{limit.beside}: {side} the "
        f"{'floor' if limit.floor else 'limit'} of {limit.limit:.{digits}f}{limit.unit} (gating.{limit.setting})."
    )
    return Check(limit.check, "failed" if broken else "passed", sentence)
