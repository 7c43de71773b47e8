"""What a version says about itself."""

from dataclasses import replace

import pytest

from components.contracts.tracking import StepRun
from components.registration.evidence import Inputs, read_evidence
from components.registration.lineage import describe, headlines, lineage, measurements, parameters

ENVIRONMENT = {
    "BESSEMER_GIT_REVISION": "abc123",
    "BESSEMER_RUN_ID": "20260101-1200-ffff",
    "BESSEMER_IMAGES": '{"selection": "image@1"}',
}


def test_lineage_names_everything_that_the_model_came_from(inputs: Inputs) -> None:
    evidence = read_evidence(inputs)
    source = replace(evidence.dataset.source, repository="https://example.org/data.git", git_revision="def456")
    evidence = replace(evidence, dataset=replace(evidence.dataset, source=source), asked={"preset": "smoke"})
    tags = lineage(evidence, StepRun(parent_id="parent"), ENVIRONMENT)
    assert tags == {
        "recipe": "onnx-fp32",
        "applied": "exported to ONNX",
        "candidate_sha256": evidence.candidate_sha256,
        "tuned_sha256": evidence.tuned.files["model.safetensors"],
        "base_model": "package://cognition/model",
        "base_revision": evidence.base.revision,
        "base_sha256": evidence.base.sha256,
        "data_source": "reviews.csv",
        "data_repository": "https://example.org/data.git",
        "data_revision": "def456",
        "data_md5": "d41d8cd98f00b204e9800998ecf8427e",
        "dataset_sha256": evidence.dataset.content_sha256,
        "preset": "smoke",
        "git_revision": "abc123",
        "images": '{"selection": "image@1"}',
        "pipeline_run": "20260101-1200-ffff",
        "mlflow_parent_run": "parent",
    }


def test_what_is_unknown_is_left_out(inputs: Inputs) -> None:
    tags = lineage(read_evidence(inputs), StepRun(parent_id="parent"), {"KFP_RUN_ID": "run-of-kfp"})
    assert tags["pipeline_run"] == "run-of-kfp"
    assert {"git_revision", "images", "preset", "parent_model", "data_revision", "data_repository"}.isdisjoint(tags)


@pytest.mark.parametrize("source", ["models:/sentiment@champion", "models:/sentiment/@champion", "models:/sentiment/3"])
def test_a_model_that_was_trained_further_names_the_version_that_it_came_from(source: str, inputs: Inputs) -> None:
    evidence = read_evidence(inputs)
    evidence = replace(evidence, base=replace(evidence.base, source=source, revision="3"))
    assert lineage(evidence, StepRun(parent_id="parent"), {})["parent_model"] == "models:/sentiment/3"


def test_numbers_carry_what_was_measured(inputs: Inputs) -> None:
    evidence = read_evidence(inputs)
    assert headlines(evidence) == {
        "accuracy": "0.9125 [0.8500, 0.9625] at 95 %",
        "p50_ms": "2.00",
        "p95_ms": "3.00",
        "mib": "17.0",
        "speed_up": "4.00",
    }
    numbers = measurements(evidence)
    assert (numbers["accuracy"], numbers["accuracy_low"], numbers["accuracy_high"]) == (0.9125, 0.85, 0.9625)
    assert (numbers["speed_up"], numbers["mib"], numbers["quality_drop_points"]) == (4.0, 17.0, 0.5)


def test_parameters_hold_the_budgets(inputs: Inputs) -> None:
    values = parameters(read_evidence(inputs))
    assert (values["budget_max_p95_ms"], values["objective"], values["labels"]) == (5.0, "fastest", 2)


def test_the_description_says_why_it_was_chosen(inputs: Inputs) -> None:
    text = describe(read_evidence(inputs))
    assert "It is the fastest that meets every budget." in text
    assert "accuracy 0.9125 [0.8500, 0.9625] at 95 % on 80 test rows" in text
