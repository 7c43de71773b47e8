from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from components.compression.compress import compress
from components.compression.config import CompressionSettings
from components.contracts.candidate import Candidate
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.tracking import StepRun
from tests.components.compression.conftest import (
    Weights,
    drown_attention,
    drown_head,
    drown_the_rest,
    drown_words,
    rewrite,
)
from tests.conftest import labelled_texts

BOUNDS = CompressionSettings(max_calibration_drop=5.0, max_changed_answers=6.0)


def int8(tuned: Path, dataset: Path, folder: Path, settings: CompressionSettings = BOUNDS) -> Candidate:
    return compress(tuned, dataset, "int8-dynamic", settings, folder, StepRun())


def test_a_healthy_model_is_quantized_whole(well_tuned_folder: Path, many_rows_folder: Path, tmp_path: Path) -> None:
    candidate = int8(well_tuned_folder, many_rows_folder, tmp_path / "int8")
    assert candidate.attempts == []
    assert candidate.applied.endswith("dynamic int8, weights per channel, embeddings too")
    counts = candidate.operators
    assert (counts["QAttention"], counts["MatMulInteger"], counts["DequantizeLinear"]) == (2, 8, 3)
    assert "MatMul" not in counts
    assert "Gemm" not in counts
    assert candidate.calibration_drop <= BOUNDS.max_calibration_drop
    fp32 = (well_tuned_folder / "model.safetensors").stat().st_size
    assert (tmp_path / "int8" / "model.onnx").stat().st_size < 0.27 * fp32


def test_the_quantized_model_answers_well(well_tuned_folder: Path, many_rows_folder: Path, tmp_path: Path) -> None:
    int8(well_tuned_folder, many_rows_folder, tmp_path / "int8")
    classifier = OnnxTextClassifier(tmp_path / "int8")
    pairs = labelled_texts(100, seed=5)
    answers = classifier.logits([text for text, _ in pairs]).argmax(axis=1)
    right = [classifier.labels[answer] == label for answer, (_, label) in zip(answers, pairs, strict=True)]
    assert sum(right) >= 90


def drown(*ways: Callable[[Weights], None]) -> Callable[[Weights], None]:
    def change(weights: Weights) -> None:
        for way in ways:
            way(weights)

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "part", "given_up"),
    [
        (drown(drown_words), "eighth", 1),
        (drown(drown_words, drown_head), "quarter", 2),
        (drown(drown_words, drown_head, drown_attention), "half", 3),
    ],
    ids=["words", "words-and-head", "and-attention"],
)
def test_a_model_that_collapses_keeps_its_most_damaged_operators_in_fp32(
    change: Callable[[Weights], None],
    part: str,
    given_up: int,
    well_tuned_folder: Path,
    many_rows_folder: Path,
    tmp_path: Path,
) -> None:
    tuned = rewrite(well_tuned_folder, tmp_path / "tuned", change)
    candidate = int8(tuned, many_rows_folder, tmp_path / "int8")
    assert f"the most damaged {part} of the operators kept in fp32" in candidate.applied
    assert "word_embeddings" in candidate.applied
    assert len(candidate.attempts) == given_up
    assert all("points lost (at most 5)" in attempt and attempt.endswith("given up") for attempt in candidate.attempts)
    assert candidate.calibration_drop <= BOUNDS.max_calibration_drop
    assert candidate.operators["MatMulInteger"] > 0


@pytest.mark.slow
def test_a_model_that_bears_no_int8_at_all_stays_in_fp32(
    well_tuned_folder: Path, many_rows_folder: Path, tmp_path: Path
) -> None:
    change = drown(drown_words, drown_head, drown_attention, drown_the_rest)
    tuned = rewrite(well_tuned_folder, tmp_path / "tuned", change)
    candidate = int8(tuned, many_rows_folder, tmp_path / "int8")
    assert candidate.applied.startswith("left in fp32: exported to ONNX")
    stages = ["embeddings too:", "eighth", "quarter", "half", "7 bits"]
    assert all(stage in attempt for stage, attempt in zip(stages, candidate.attempts, strict=True))
    assert candidate.calibration_drop == 0
    assert candidate.parity
    assert candidate.parity.max_difference <= candidate.parity.tolerance == BOUNDS.tolerance
    assert "MatMulInteger" not in candidate.operators
    assert OnnxTextClassifier(tmp_path / "int8").logits(["a lovely film"]).shape == (1, 2)


@pytest.mark.slow
def test_answers_that_change_without_a_loss_of_accuracy_count_too(
    well_tuned_folder: Path, many_rows_folder: Path, tmp_path: Path
) -> None:
    def toss_a_coin(weights: Weights) -> None:
        drown_words(weights)
        weights["classifier.weight"].copy_(torch.randn(2, 128, generator=torch.Generator().manual_seed(0)))

    tuned = rewrite(well_tuned_folder, tmp_path / "tuned", toss_a_coin)
    lenient = replace(BOUNDS, max_calibration_drop=100.0, max_changed_answers=0.0)
    candidate = int8(tuned, many_rows_folder, tmp_path / "int8", lenient)
    assert "% of the answers changed (at most 0 %)" in candidate.attempts[0]
