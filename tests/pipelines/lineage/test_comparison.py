"""Two builds of one version side by side."""

from dataclasses import replace

import pytest

from components.contracts.scorecard import Interval
from components.registration.evidence import Inputs, read_evidence
from pipelines.lineage.comparison import Reproduction, compare
from pipelines.lineage.recorded import Recorded


@pytest.fixture
def then(inputs: Inputs) -> Recorded:
    evidence = read_evidence(inputs)
    tags = {"dataset_sha256": "d" * 64, "base_sha256": "b" * 64, "tuned_sha256": "t" * 64}
    return Recorded("sentiment", 3, tags, {}, evidence.tuned, evidence.candidate, evidence.scorecard)


def with_accuracy(recorded: Recorded, points: float) -> Recorded:
    """Return a build whose accuracy and whose weights are other ones."""
    value = recorded.scorecard.accuracy.value + points / 100
    scorecard = replace(recorded.scorecard, accuracy=Interval(value, 0, 1, 0.95))
    candidate = replace(recorded.candidate, files={**recorded.candidate.files, "model.onnx": "0" * 64})
    return replace(recorded, scorecard=scorecard, candidate=candidate, tags={**recorded.tags, "tuned_sha256": "0" * 64})


def judged(then: Recorded, now: Recorded, tolerance: float = 1.0, exact: bool = False) -> Reproduction:
    return compare(then, now, tolerance, exact)


def test_the_same_bytes_are_the_same_bytes(then: Recorded) -> None:
    result = judged(then, then, tolerance=0, exact=True)
    assert (result.succeeded, result.to_the_byte, result.same_arithmetic) == (True, True, True)
    assert result.sentence() == "models:/sentiment/3 was reproduced to the byte."


@pytest.mark.parametrize("points", [0.75, -0.75])
def test_other_weights_within_the_tolerance_will_do_unless_bytes_are_asked_for(then: Recorded, points: float) -> None:
    now = with_accuracy(then, points)
    result = judged(then, now)
    assert (result.succeeded, result.to_the_byte) == (True, False)
    assert [each.likeness for each in result.compared] == ["equal", "equal", "differs", "differs", "within", "equal"]
    exact = judged(then, now, exact=True)
    assert not exact.succeeded
    assert exact.sentence() == "models:/sentiment/3 was not reproduced: tuned weights, candidate differ."
    assert not judged(then, now, tolerance=0.5).succeeded


def test_why_bytes_were_not_to_be_expected_is_said(then: Recorded) -> None:
    now = with_accuracy(then, 0.75)
    here = replace(now, tuned=replace(now.tuned, made_with={"threads": "4"}))
    assert judged(then, now).sentence().endswith("was reproduced within 1 points, not to the byte.")
    assert not judged(then, here).same_arithmetic
    assert "another processor, library or number of threads" in judged(then, here).sentence()


@pytest.mark.parametrize(("tag", "what"), [("dataset_sha256", "data set"), ("base_sha256", "base model")])
def test_other_data_or_another_base_are_another_model_however_good(then: Recorded, tag: str, what: str) -> None:
    result = judged(then, replace(then, tags={**then.tags, tag: "0" * 64}), tolerance=100)
    assert not result.succeeded
    assert result.sentence() == f"models:/sentiment/3 was not reproduced: {what} differ."
