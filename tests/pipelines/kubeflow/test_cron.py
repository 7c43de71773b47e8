from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from components.contracts.faults import BadInput
from pipelines.kubeflow.cron import FIELDS, read_cron

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 3 * * 1", datetime(2026, 11, 30, 3, 0, tzinfo=UTC)),
        ("0 12 * * *", datetime(2026, 11, 26, 12, 0, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 11, 25, 12, 15, tzinfo=UTC)),
        ("5/30 9-17 * * mon-fri", datetime(2026, 11, 25, 12, 5, tzinfo=UTC)),
        ("30 6 1,15 JAN *", datetime(2027, 1, 1, 6, 30, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 13 * 5", datetime(2026, 11, 27, tzinfo=UTC)),  # the 13th or a Friday
        ("0 0 ? * 0", datetime(2026, 11, 29, tzinfo=UTC)),
    ],
)
def test_the_next_time(text: str, expected: datetime) -> None:
    assert read_cron(text, NOW).next(NOW) == expected


def test_seconds_come_first_for_kubeflow() -> None:
    assert read_cron("  0   3 * * 1 ", NOW).with_seconds == "0 0 3 * * 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0 3 * * 1", "found 6 fields; expected five"),
        ("@daily", "found 1 fields"),
        ("60 3 * * 1", "the minute: found '60'; expected 0 to 59"),
        ("0 3 * * 7", "Sunday is 0."),
        ("0 3 0 * *", "the day of the month: found '0'"),
        ("0 3 * 13 *", "the month: found '13'"),
        ("*/0 * * * *", "the minute: found '*/0'"),
        ("0 5-3 * * *", "the hour: found '5-3'"),
        ("0 1,,2 * * *", "the hour: found '1,,2'"),
        ("-1 +3 * * 1_0", "the weekday: found '1_0'"),
        ("0 0 31 2 *", "a day that no year has"),
    ],
)
def test_what_no_clock_has_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_cron(text, NOW)
    assert said in str(refused.value)


def test_all_faults_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        read_cron("61 25 32 13 8", NOW)
    assert [fault.thing.partition("the ")[2] for fault in refused.value.faults] == [field.name for field in FIELDS]


@given(some.tuples(*(some.integers(field.low, min(field.high, 28)) for field in FIELDS[:4])))
def test_the_next_time_is_one_that_the_expression_names(values: tuple[int, int, int, int]) -> None:
    moment = read_cron(" ".join(map(str, values)) + " *", NOW).next(NOW)
    assert moment is not None
    assert moment > NOW
    assert (moment.minute, moment.hour, moment.day, moment.month) == values
