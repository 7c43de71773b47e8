"""What speaks against training a model again, whatever the reason: the circuit breaker, the budget, the cooldown."""

from components.retraining.config import RetrainingSettings
from components.retraining.record import Attempt, End, Record, moment

_HOUR = 3600
_WEEK = 7 * 24 * _HOUR
WAYS = ("died", "failed")
"""The ends that count as a failure."""


def held(record: Record, settings: RetrainingSettings, now: float) -> str:
    """Return why no training may begin now, and from when on; empty if one may."""
    return _breaker(record, settings, now) or _budget(record, settings, now) or _cooldown(record, settings, now)


def failures_in_a_row(record: Record) -> list[End]:
    """Return the failures since the last success or reset, the newest first; what was interrupted counts as neither."""
    failures = []
    for attempt in reversed(record.attempts):
        if attempt.built or (attempt.end and attempt.end.time <= record.reset):
            break
        if attempt.end and attempt.end.how in WAYS:
            failures.append(attempt.end)
    return failures


def _breaker(record: Record, settings: RetrainingSettings, now: float) -> str:
    """After Nygard, Release It! (2018), chapter 5: closed, open, and half-open for a single attempt."""
    failures = failures_in_a_row(record)
    if len(failures) < settings.max_failures:
        return ""
    again = failures[0].time + settings.retry_after_hours * _HOUR
    if now >= again:
        return ""
    causes = dict.fromkeys(end.why for end in failures[: settings.max_failures])
    return (
        f"the circuit breaker is open: {_count(len(failures), 'training')} in a row failed. Mend what they failed of, "
        f"then close it with `bessemer retrain … --reset`; without that, one more attempt is allowed from "
        f"{moment(again)} on. They failed of:\n" + "\n".join(f"- {cause}" for cause in causes)
    )


def _budget(record: Record, settings: RetrainingSettings, now: float) -> str:
    """What built nothing new was no training; the hours that it took are gone all the same."""
    week = [attempt for attempt in record.attempts if attempt.time > now - _WEEK]
    trainings = [attempt for attempt in week if not attempt.end or attempt.end.how != "nothing new"]
    if len(trainings) >= settings.max_runs_a_week:
        free = trainings[len(trainings) - settings.max_runs_a_week].time + _WEEK
        return (
            f"the budget is used up: {_count(len(trainings), 'training')} began within seven days, and the limit is "
            f"{settings.max_runs_a_week} (retraining.max_runs_a_week). It is free again on {moment(free)}"
        )
    hours = sum(map(_hours, week))
    if hours < settings.max_hours_a_week:
        return ""
    return (
        f"the budget is used up: the trainings of seven days took {hours:.1f} hours, and the limit is "
        f"{settings.max_hours_a_week:g} (retraining.max_hours_a_week). It is free again on "
        f"{moment(_when_below(week, settings.max_hours_a_week) + _WEEK)}"
    )


def _when_below(week: list[Attempt], limit: float) -> float:
    """Return the begin of the training that has to fall out of the week so that the rest took less than `limit`."""
    hours = sum(map(_hours, week))
    for attempt in week:
        hours -= _hours(attempt)
        if hours < limit:
            return attempt.time
    raise AssertionError("no trainings take no time")


def _cooldown(record: Record, settings: RetrainingSettings, now: float) -> str:
    ends = [each.end for each in record.attempts if each.end and each.end.how in ("succeeded", "failed")]
    if not ends:
        return ""
    free = ends[-1].time + settings.cooldown_hours * _HOUR
    if now >= free:
        return ""
    return (
        f"the last training ended on {moment(ends[-1].time)}, and the cooldown is {settings.cooldown_hours:g} hours "
        f"(retraining.cooldown_hours). The next may begin on {moment(free)}"
    )


def _hours(attempt: Attempt) -> float:
    return attempt.end.seconds / _HOUR if attempt.end else 0.0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
