"""The inputs of registration belong together, and the candidate is the one that was measured."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.registration.evidence import Inputs, read_evidence
from tests.components.registration.workshop import Workshop, rewrite


def test_the_chosen_candidate_is_found_by_its_recipe(inputs: Inputs, onnx_candidate_folder: Path) -> None:
    evidence = read_evidence(replace(inputs, candidates=inputs.candidates[::-1]))
    assert evidence.candidate_folder == onnx_candidate_folder
    assert evidence.candidate.recipe == evidence.verdict.recipe == evidence.scorecard.recipe == "onnx-fp32"


def test_every_rejected_candidate_is_named_with_every_broken_budget(workshop: Workshop) -> None:
    inputs = workshop.inputs(chosen="")
    with pytest.raises(BadInput) as refusal:
        read_evidence(inputs)
    assert [fault.thing for fault in refusal.value.faults] == ["candidate baseline", "candidate onnx-fp32"]


def test_a_chosen_candidate_that_is_not_among_them_is_refused(inputs: Inputs) -> None:
    with pytest.raises(BadInput, match="found candidates of baseline; expected one of onnx-fp32, which was chosen"):
        read_evidence(replace(inputs, candidates=inputs.candidates[:1]))
    with pytest.raises(BadInput, match="found no candidates; expected one of onnx-fp32"):
        read_evidence(replace(inputs, candidates=()))


def test_a_candidate_that_was_cut_short_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    folder = shutil.copytree(inputs.candidates[1], tmp_path / "candidate")
    with (folder / "model.onnx").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(BadInput, match=r"model\.onnx: found sha256 .* It was changed or cut short"):
        read_evidence(replace(inputs, candidates=(folder,)))


def test_a_candidate_that_was_not_measured_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    folder = rewrite(shutil.copytree(inputs.candidates[1], tmp_path / "candidate"), "candidate.json", max_tokens=8)
    with pytest.raises(BadInput, match=r"the measured candidate: found sha256 .* hand over the artifacts of one run"):
        read_evidence(replace(inputs, candidates=(folder,)))


def test_a_scorecard_of_other_answers_is_refused(inputs: Inputs) -> None:
    rewrite(inputs.scorecards[1], "scorecard.json", predictions_sha256="1" * 64)
    with pytest.raises(
        BadInput, match=r"the predictions that it was chosen for: found sha256 1{12}; expected sha256 [0-9a-f]{12}"
    ):
        read_evidence(inputs)


def test_pictures_that_are_gone_are_refused_before_anything_is_registered(inputs: Inputs) -> None:
    confusion = inputs.scorecards[1] / "confusion.png"
    for picture in (inputs.curve, confusion):
        picture.unlink()
    with pytest.raises(BadInput) as refusal:
        read_evidence(inputs)
    assert [fault.thing for fault in refusal.value.faults] == [str(inputs.curve), str(confusion)]


def test_the_torch_baseline_cannot_be_served(workshop: Workshop) -> None:
    with pytest.raises(
        BadInput, match="candidate baseline: found one that runs on torch; expected one that onnxruntime"
    ):
        read_evidence(workshop.inputs(chosen="baseline"))


def test_a_tuned_model_that_was_changed_is_refused(inputs: Inputs) -> None:
    (inputs.tuned / "config.json").write_text("{}")
    with pytest.raises(BadInput, match=r"tuned/config\.json: found sha256 44136fa355b3; expected sha256"):
        read_evidence(inputs)


def test_artifacts_of_different_runs_are_refused_all_at_once(inputs: Inputs, tmp_path: Path) -> None:
    other = shutil.copytree(inputs.dataset, tmp_path / "dataset")
    base = shutil.copytree(inputs.base, tmp_path / "base")
    rewrite(other, "dataset.json", content_sha256="1" * 64)
    rewrite(base, "base_model.json", sha256="2" * 64)
    rewrite(inputs.tuned, "tuned_model.json", files={"model.safetensors": "3" * 64})
    with pytest.raises(BadInput) as refusal:
        read_evidence(replace(inputs, dataset=other, base=base))
    assert [fault.thing.partition(": ")[2] for fault in refusal.value.faults] == [
        "the data set that it was measured on",
        "the validated data set",
        "the data set that it was trained on",
        "the base model that it was tuned from",
        "the tuned model that it was made from",
    ]


@pytest.mark.parametrize("folder", ["choice", "base", "tuned", "dataset", "validation"])
def test_a_missing_input_is_a_sentence(folder: str, inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere: found no \w+\.json; expected a folder that holds a"):
        read_evidence(replace(inputs, **{folder: tmp_path / "nowhere"}))  # type: ignore[arg-type]
