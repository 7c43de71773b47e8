"""What the model says, and how often it is right."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from components.drift_monitoring import answers
from components.drift_monitoring.question import Answer
from components.drift_monitoring.sample import Sample
from tests.components.drift_monitoring.conftest import part


def with_right(sample: Sample, right: int) -> Sample:
    """Return the sample with labels of which the first `right` are what the model says."""
    other = {"fresh": "rotten", "rotten": "fresh"}
    labels = [said if place < right else other[said] for place, said in enumerate(sample.predicted)]
    return replace(sample, labels=labels)


@pytest.fixture
def reference(films: Sample) -> Sample:
    return part(films, 0, 400)


@pytest.fixture
def batch(films: Sample) -> Sample:
    return part(films, 400, 600)


def test_another_share_of_labels_is_seen(reference: Sample, batch: Sample) -> None:
    dice = np.random.default_rng(0)
    assert answers.labels(reference, batch, dice).p_value > 0.001
    found = answers.labels(reference, replace(batch, predicted=["fresh"] * 180 + ["rotten"] * 20), dice)
    assert found.p_value == 0.001
    assert "fresh 90.0%, before" in found.sentence
    assert found.statistic > 0.25, "what is called a large population stability index"


def test_a_model_with_one_answer_is_compared(reference: Sample, batch: Sample) -> None:
    always = [replace(sample, predicted=["fresh"] * len(sample)) for sample in (reference, batch)]
    assert answers.labels(always[0], always[1], np.random.default_rng(0)).p_value == 1


def test_less_confidence_is_seen(reference: Sample, batch: Sample) -> None:
    assert answers.confidence(reference, batch).p_value > 0.001
    assert answers.confidence(reference, replace(batch, confidence=batch.confidence * 0.9)).p_value < 1e-6


def test_the_last_decimals_of_another_machine_are_no_drift(reference: Sample) -> None:
    sure = replace(reference, confidence=np.full(400, 0.99990, np.float32))
    assert answers.confidence(sure, replace(sure, confidence=np.full(400, 0.99994, np.float32))).p_value == 1


def test_worse_answers_are_seen_and_better_ones_are_none_of_our_business(reference: Sample, batch: Sample) -> None:
    before = with_right(reference, 360)
    worse, better = (answers.accuracy(before, with_right(batch, right)) for right in (150, 200))
    assert worse is not None and better is not None  # noqa: PT018
    assert worse[0].p_value < 1e-4
    assert "75.0% of 200 rows with a label are right, before 90.0%: a difference of -15.0 points" in worse[0].sentence
    assert better[0].p_value > 0.99


def test_the_interval_is_newcombes(reference: Sample, batch: Sample) -> None:
    found = answers.accuracy(with_right(reference, 360), with_right(batch, 150))
    assert found is not None
    low, high = confint_proportions_2indep(150, 200, 360, 400, compare="diff", method="newcomb")
    assert (found[1].low, found[1].high) == pytest.approx((100 * low, 100 * high))


KNOWN = ["fresh", "rotten"]


def test_a_slip_of_the_pen_is_no_drift_and_a_new_kind_of_text_is(reference: Sample, batch: Sample) -> None:
    def with_new(rows: int) -> Answer:
        labels = ["refund"] * rows + ["fresh"] * (200 - rows)
        found = answers.unknown_labels(reference, replace(batch, labels=labels), KNOWN)
        assert found is not None
        return found

    assert (with_new(0).p_value, with_new(0).statistic) == (1, 0)
    assert with_new(1).p_value > 0.2
    assert with_new(20).p_value < 1e-6
    assert with_new(20).sentence == ("20 of 200 rows with a label have one that the model does not know: refund 20")


def test_new_labels_are_only_looked_for_where_there_are_labels(reference: Sample, batch: Sample) -> None:
    assert answers.unknown_labels(reference, replace(batch, labels=[None] * 200), KNOWN) is None
    before = replace(reference, labels=[None] * 400)
    found = answers.unknown_labels(before, batch, KNOWN)
    assert found is not None
    assert found.p_value == 1


def test_rows_without_a_label_do_not_count(reference: Sample, batch: Sample) -> None:
    before = with_right(reference, 360)
    assert answers.accuracy(before, replace(batch, labels=[None] * 200)) is None
    half = with_right(batch, 100)
    found = answers.accuracy(before, replace(half, labels=[*half.labels[:100], *[None] * 100]))
    assert found is not None
    assert "100.0% of 100 rows" in found[0].sentence
