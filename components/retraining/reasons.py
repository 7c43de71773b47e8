"""What speaks for training a model again: a version that nobody judged, data that changed, drift, or its age."""

from dataclasses import dataclass

from components.retraining.config import RetrainingSettings
from components.retraining.record import Record, moment
from components.retraining.registered import Registered

_DAY = 86400


@dataclass(frozen=True)
class Training:
    """The newest training, by whomever."""

    what: str
    time: float
    """Seconds since the epoch."""
    data_md5: str
    left: bool = False
    """Whether it ended between its version and the gate."""


def newest_training(registered: Registered, record: Record) -> Training | None:
    """Return the newest training; None as long as there is no version.

    A retraining that built nothing new counts: what it would be built from has been looked at.
    """
    newest = registered.newest
    if newest is None:
        return None
    broken_off = {attempt.run for attempt in record.attempts if not attempt.built}
    left = newest.pipeline_run in broken_off and not newest.judged
    trainings = [Training(f"version {newest.number}", newest.made, newest.data_md5, left)]
    trainings += [
        Training(f"the retraining of {moment(each.time)}", each.time, each.data_md5)
        for each in record.attempts
        if each.built
    ]
    return max(trainings, key=lambda training: training.time)


def reasons(
    registered: Registered, record: Record, data_md5: str, settings: RetrainingSettings, now: float
) -> list[str]:
    """Return every reason there is.

    Args:
        registered: what the registry says of the model.
        record: its retrainings so far.
        data_md5: of the data source as it is now.
        settings: the limit of its age.
        now: seconds since the epoch.

    """
    last = newest_training(registered, record)
    if last is None:
        return ["there is no version of it yet"]
    found = []
    if last.left:
        found.append(f"{last.what} was built and never judged: its retraining was broken off")
    if last.data_md5 != data_md5:
        found.append(f"the data changed since {last.what}: its MD5 is {data_md5}, and was {last.data_md5 or 'unknown'}")
    drift = registered.drift
    newest = registered.newest.number if registered.newest else ""
    if drift and drift.alarm and drift.time > last.time and str(drift.version) in ("0", registered.champion, newest):
        found.append(f"drift was found on {moment(drift.time)}, after {last.what}{_told(drift.why)}")
    age = (now - last.time) / _DAY
    if settings.max_age_days and age > settings.max_age_days:
        found.append(f"{last.what} is {age:.1f} days old, and the limit is {settings.max_age_days:g}")
    return found


def no_reason(registered: Registered, record: Record, settings: RetrainingSettings, now: float) -> str:
    """Return the sentence for a model that needs no training."""
    last = newest_training(registered, record)
    assert last is not None, "a model without a version has a reason"
    age = f"{(now - last.time) / _DAY:.1f} days old"
    limit = f" (the limit is {settings.max_age_days:g})" if settings.max_age_days else ""
    return f"no reason: {last.what} is {age}{limit}, its data are as they were, and no drift was found since"


def _told(why: str) -> str:
    return f": {why}" if why else ""
