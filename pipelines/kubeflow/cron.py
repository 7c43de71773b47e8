"""Cron expressions as people write them, with five fields, and as Kubeflow Pipelines reads them, with seconds first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from components.contracts.faults import BadInput, Fault, refuse_if_any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ANY = ("*", "?")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAYS_AHEAD = 8 * 366  # 29 February can be eight years away
_EXAMPLE = 'Such as "0 3 * * 1": at 03:00 on Mondays.'


@dataclass(frozen=True)
class Field:
    """One of the five fields."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    """Names that stand for `low` and what follows."""

    def numbers(self, text: str) -> frozenset[int]:
        """Return the numbers that a list of ranges with steps stands for, such as `1-5/2,10`.

        Raises:
            ValueError: a part of the list stands for none of this field's numbers.

        """
        return frozenset(number for part in text.split(",") for number in self._range(part))

    def _range(self, text: str) -> range:
        span, stepped, step = text.partition("/")
        first, ranged, last = span.partition("-")
        if span in ANY:
            low, high = self.low, self.high
        else:
            low = self._number(first)
            high = self._number(last) if ranged else self.high if stepped else low
        if low > high:
            raise ValueError(text)
        return range(low, high + 1, _whole(step) if stepped else 1)  # a step of 0 is a ValueError too

    def _number(self, text: str) -> int:
        if text.lower() in self.words:
            return self.low + self.words.index(text.lower())
        number = _whole(text)
        if not self.low <= number <= self.high:
            raise ValueError(text)
        return number


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):  # int() takes signs, spaces and underscores
        raise ValueError(text)
    return int(text)


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("weekday", 0, 6, WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """A cron expression that has been checked."""

    text: str
    """Minute, hour, day of the month, month, weekday."""
    fields: tuple[frozenset[int], ...]
    """The numbers that each of them allows."""

    @property
    def with_seconds(self) -> str:
        """As Kubeflow Pipelines takes it: it would read five fields as seconds first, and run far too often."""
        return f"0 {self.text}"

    def next(self, after: datetime) -> datetime | None:
        """Return the first time after `after` that the expression names; None when there is none in eight years."""
        minutes, hours = (sorted(field) for field in self.fields[:2])
        midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
        for days in range(_DAYS_AHEAD + 1):
            day = midnight + timedelta(days=days)
            if not self._names(day):
                continue
            for hour in hours:
                for minute in minutes:
                    moment = day.replace(hour=hour, minute=minute)
                    if moment > after:
                        return moment
        return None

    def _names(self, day: datetime) -> bool:
        """Whether a day is one of the expression's; two restricted fields allow what either of them allows."""
        _, _, days, months, weekdays = self.fields
        of_month, of_week = day.day in days, day.isoweekday() % 7 in weekdays
        restricted = [not field.startswith(ANY) for field in (self.text.split()[2], self.text.split()[4])]
        return day.month in months and (of_month or of_week if all(restricted) else of_month and of_week)


def read_cron(text: str, now: datetime) -> Cron:
    """Return the checked expression.

    Args:
        text: five fields.
        now: the expression has to name a time after it.

    Raises:
        BadInput: every field that says nothing that a clock or calendar has, or an expression that names no day at all.

    """
    parts = text.split()
    if len(parts) != len(FIELDS):
        expected = "five: minute, hour, day of the month, month, weekday"
        raise BadInput(Fault(f"--cron {text!r}", f"{len(parts)} fields", expected, _EXAMPLE))
    faults, numbers = [], []
    for field, part in zip(FIELDS, parts, strict=True):
        try:
            numbers.append(field.numbers(part))
        except ValueError:
            expected = f"{field.low} to {field.high}, as 1, 1-5, 1,3 or */2"
            way_out = "Sunday is 0." if field.words == WEEKDAYS and "7" in part else ""
            faults.append(Fault(f"--cron {text!r}: the {field.name}", repr(part), expected, way_out))
    refuse_if_any(faults)
    cron = Cron(" ".join(parts), tuple(numbers))
    if cron.next(now) is None:
        raise BadInput(Fault(f"--cron {text!r}", "a day that no year has", "a day that comes", _EXAMPLE))
    return cron
