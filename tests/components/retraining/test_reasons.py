"""What speaks for a training: each reason by itself, all of them together, and none."""

import pytest

from components.retraining.config import RetrainingSettings
from components.retraining.reasons import no_reason, reasons
from components.retraining.record import Attempt, Record
from components.retraining.registered import Drift, Registered, Version
from tests.components.retraining.models import DATA, DAY, HOUR, NAME, NOW, OTHER_DATA, attempt

SETTINGS = RetrainingSettings(max_age_days=30)


def version(age_days: float = 1, data_md5: str = DATA, pipeline_run: str = "by hand", judged: bool = False) -> Version:
    return Version("3", NOW - age_days * DAY, data_md5, pipeline_run, judged)


def found(registered: Registered, *attempts: Attempt, settings: RetrainingSettings = SETTINGS) -> list[str]:
    return reasons(registered, Record(attempts=list(attempts)), DATA, settings, NOW)


def test_no_version_is_reason_enough() -> None:
    assert found(Registered(NAME)) == ["there is no version of it yet"]
    assert found(Registered(NAME), attempt(NOW - HOUR, "succeeded")) == ["there is no version of it yet"]


def test_nothing_happened_is_no_reason_and_says_what_was_looked_at() -> None:
    registered = Registered(NAME, version())
    assert found(registered) == []
    said = no_reason(registered, Record(), SETTINGS, NOW)
    looked_at = "version 3 is 1.0 days old (the limit is 30), its data are as they were, and no drift was found since"
    assert said == f"no reason: {looked_at}"


def test_other_data_than_the_newest_version_has_learned_from() -> None:
    (said,) = found(Registered(NAME, version(data_md5=OTHER_DATA)))
    assert said == f"the data changed since version 3: its MD5 is {DATA}, and was {OTHER_DATA}"
    assert "and was unknown" in found(Registered(NAME, version(data_md5="")))[0]


def test_data_that_a_retraining_has_found_to_be_no_news_are_no_reason_again() -> None:
    registered = Registered(NAME, version(data_md5=OTHER_DATA))
    assert found(registered, attempt(NOW - HOUR, "nothing new")) == []


@pytest.mark.parametrize("how", ["failed", "died", "interrupted"])
def test_a_training_that_failed_leaves_the_reason_standing(how: str) -> None:
    assert found(Registered(NAME, version(data_md5=OTHER_DATA)), attempt(NOW - HOUR, how))


@pytest.mark.parametrize("how", ["failed", "died", "interrupted"])
def test_a_version_that_was_built_and_not_judged(how: str) -> None:
    broken_off = attempt(NOW - 2 * DAY, how)
    left = Registered(NAME, version(pipeline_run=broken_off.run))
    assert found(left, broken_off) == ["version 3 was built and never judged: its retraining was broken off"]
    assert found(Registered(NAME, version(pipeline_run=broken_off.run, judged=True)), broken_off) == []
    assert found(Registered(NAME, version()), broken_off) == []


def test_a_version_that_was_not_judged_is_no_reason_once_its_build_leads_elsewhere() -> None:
    broken_off = attempt(NOW - 2 * DAY, "died")
    left = Registered(NAME, version(pipeline_run=broken_off.run))
    assert found(left, broken_off, attempt(NOW - HOUR, "nothing new")) == []


def test_drift_found_after_the_newest_training() -> None:
    alarm = Drift(True, NOW - HOUR, "reviews are longer")
    (said,) = found(Registered(NAME, version(), drift=alarm))
    assert said == "drift was found on 2027-01-15 07:00 UTC, after version 3: reviews are longer"
    assert found(Registered(NAME, version(), drift=alarm), attempt(NOW - HOUR / 2, "nothing new")) == []
    assert found(Registered(NAME, version(), drift=Drift(True, NOW - 2 * DAY))) == []
    assert found(Registered(NAME, version(), champion="7", drift=Drift(True, NOW - HOUR, version=6))) == []
    assert len(found(Registered(NAME, version(), champion="7", drift=Drift(True, NOW - HOUR, version=7)))) == 1
    assert found(Registered(NAME, version(), drift=Drift(False, NOW - HOUR))) == []


def test_age_over_the_limit() -> None:
    old = Registered(NAME, version(age_days=31.5))
    assert found(old) == ["version 3 is 31.5 days old, and the limit is 30"]
    assert found(old, settings=RetrainingSettings(max_age_days=0)) == []
    assert found(old, attempt(NOW - DAY, "nothing new")) == []


def test_all_reasons_are_told() -> None:
    everything = Registered(NAME, version(40, OTHER_DATA), drift=Drift(True, NOW))
    assert len(found(everything)) == 3
