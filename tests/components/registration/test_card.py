"""The model card, read back as the hub's own tools read it."""

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard, ModelCardData
from mlflow import MlflowClient

from components.contracts.registration import Registration
from components.contracts.scorecard import Slice
from components.contracts.tracking import StepRun
from components.registration.card import model_card
from components.registration.evidence import Evidence, Inputs, read_evidence
from components.registration.lineage import headlines, lineage
from components.registration.register import register
from tests.components.registration.workshop import SETTINGS


@pytest.fixture
def evidence(inputs: Inputs) -> Evidence:
    return read_evidence(inputs)


def registered(evidence: Evidence) -> Registration:
    tags = {**lineage(evidence, StepRun(parent_id="parent"), {}), **headlines(evidence)}
    return Registration("sentiment", 3, "challenger", "models:/sentiment/3", "r", "sqlite:///x", "onnx-fp32", tags, {})


def written(evidence: Evidence, language: str = "en") -> ModelCard:
    text = model_card(evidence, replace(SETTINGS, language=language), registered(evidence), {"fine_tuning": 61.25})
    return ModelCard(text)


def test_the_hubs_tools_find_the_numbers(evidence: Evidence) -> None:
    data = written(evidence).data
    assert (data.license, data.language, data.pipeline_tag) == ("apache-2.0", "en", "text-classification")
    assert data.tags == ["text-classification", "onnx", "onnx-fp32", "bessemer"]
    accuracy, f1 = data.eval_results
    assert (accuracy.metric_type, accuracy.metric_value, accuracy.dataset_split) == ("accuracy", 0.9125, "test")
    assert (f1.metric_type, f1.metric_name, f1.metric_value) == ("f1", "macro F1", 0.91)


def test_what_is_unknown_is_left_out(evidence: Evidence) -> None:
    text = model_card(evidence, replace(SETTINGS, license=""), registered(evidence), {})
    data = text.split("---")[1]
    assert "license" not in data
    assert "co2_eq_emissions" not in data
    assert "wall time" not in text
    assert "language" not in data


def test_only_a_base_model_of_the_hub_is_named_as_one(evidence: Evidence) -> None:
    assert written(evidence).data.base_model is None
    base = replace(evidence.base, source="prajjwal1/bert-tiny", revision="6f75de8b60a9f8a2fdf7b69cbd86d9e64bcb3837")
    assert written(replace(evidence, base=base)).data.base_model == "prajjwal1/bert-tiny"


def test_people_find_everything_that_was_measured(evidence: Evidence) -> None:
    text = written(evidence).text
    assert "# sentiment, version 3" in text
    assert "| accuracy | 0.9125 | 0.8500 to 0.9625 |" in text
    assert "| `label=fresh` | 42 | 0.900 | 0.900 |" in text
    assert "| 1 × 32 | 2.00 | 3.00 | 500 |" in text
    assert "Compression costs 0.5 points of accuracy (-0.5 to 1.5)" in text
    assert "max_p95_ms 5 ms; max_quality_drop 1 points of accuracy" in text
    assert f"| base sha256 | `{evidence.base.sha256}` |" in text
    assert "Energy was not metered" in text
    assert "| `fine_tuning` | 61.2 s |" in text
    described = "What it is", "Data", "Training", "Compression", "Quality", "Speed and size"
    for section in (*described, "Limits", "Time and energy", "Lineage"):
        assert f"\n## {section}\n" in text


def test_names_from_the_data_are_no_markup(evidence: Evidence) -> None:
    odd = "<script>|`x`"
    card = replace(evidence.scorecard, slices=[Slice(f"label={odd}", 1, 0.5, 0.5)])
    verdict = replace(evidence.verdict, scorecard=card)
    candidate = replace(evidence.candidate, labels=[odd, "b"], applied="<script>")
    text = written(replace(evidence, verdict=verdict, candidate=candidate)).text
    assert "| `` label=<script>\\|`x` `` |" in text
    assert "exported" not in text
    assert "\\<script\\>" in text


@pytest.mark.slow
def test_registering_leaves_the_card_with_the_contract_and_in_both_runs(
    inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path
) -> None:
    register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    text = (tmp_path / "card").read_text()
    assert ModelCard(text).data.model_name == "sentiment"
    assert (tmp_path / "registration" / "model_card.md").read_text() == text
    for run_id in (run.run_id, run.parent_id):
        logged = {entry.path for entry in client.list_artifacts(run_id)}
        assert logged >= {"model_card.md", "model_card.html", "run_report.html"}


def test_the_metadata_is_what_the_hubs_tools_write_again(evidence: Evidence) -> None:
    card = written(evidence)
    again = ModelCard(f"---\n{ModelCardData(**card.data.to_dict()).to_yaml()}\n---\n{card.text}")
    assert again.data.to_dict() == card.data.to_dict()
    assert card.data.to_dict()["model-index"][0]["results"][0]["task"] == {"type": "text-classification"}


def test_the_lineage_names_each_image_and_what_was_asked_for_otherwise(evidence: Evidence) -> None:
    overrides = {"recipes": ["onnx-fp32"], "fine_tuning": {"epochs": 2}}
    asked = replace(evidence, asked={"preset": "smoke", "overrides": overrides, "recipes": ["onnx-fp32"]})
    tags = {**registered(evidence).tags, "images": '{"selection": "bessemer/selection@sha256:0"}'}
    text = model_card(asked, SETTINGS, replace(registered(evidence), tags=tags), {})
    assert "| image of selection | `bessemer/selection@sha256:0` |" in text
    assert "otherwise than the preset `smoke` says" in text
    assert "| `fine_tuning.epochs` | `2` |" in text
    assert '| `recipes` | `["onnx-fp32"]` |' in text


def test_the_machine_that_trained_is_named_where_it_is_known(evidence: Evidence) -> None:
    made_with = {"processor": "Some *Processor*", "device": "cpu", "threads": "2", "torch": "2"}
    text = written(replace(evidence, tuned=replace(evidence.tuned, made_with=made_with))).text
    assert "Training took 1 s on 2 threads of Some \\*Processor\\*, cpu." in text
