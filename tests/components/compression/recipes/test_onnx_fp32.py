from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from components.compression.compress import compress
from components.compression.config import CompressionSettings
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.tracking import StepRun
from tests.components.compression.conftest import tuned_of

SIZES = {"num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 30522}
BERT = {**SIZES, "hidden_size": 32, "intermediate_size": 64, "max_position_embeddings": 80}
ARCHITECTURES = {
    "distilbert": {"n_layers": 2, "n_heads": 4, "dim": 32, "hidden_dim": 64, "vocab_size": 30522},
    "roberta": {**BERT, "pad_token_id": 1},
    "electra": {**BERT, "embedding_size": 32},
}
FAST = ("distilbert",)


def test_attention_layernorm_and_gelu_are_fused(tuned_folder: Path, dataset_folder: Path, tmp_path: Path) -> None:
    candidate = compress(tuned_folder, dataset_folder, "onnx-fp32", CompressionSettings(), tmp_path / "onnx", StepRun())
    assert candidate.attempts == []
    assert candidate.applied.startswith("exported to ONNX, attention, LayerNorm and GELU fused")
    fused = {name: candidate.operators[name] for name in ("Attention", "SkipLayerNormalization", "BiasGelu")}
    assert fused == {"Attention": 2, "SkipLayerNormalization": 4, "BiasGelu": 2}
    assert not {"Softmax", "Erf", "Pow"} & set(candidate.operators)


def test_parity_is_checked_over_many_sizes_up_to_the_longest(
    tuned_folder: Path, dataset_folder: Path, tmp_path: Path
) -> None:
    candidate = compress(tuned_folder, dataset_folder, "onnx-fp32", CompressionSettings(), tmp_path / "onnx", StepRun())
    parity = candidate.parity
    assert parity
    assert parity.max_difference <= parity.tolerance == 1e-3
    assert {batch for batch, _ in parity.shapes} == {1, 4, 8, 32}
    assert max(seq for _, seq in parity.shapes) == 64
    assert len({seq for _, seq in parity.shapes}) >= 4


@pytest.mark.parametrize(
    "architecture",
    [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in ARCHITECTURES],
)
def test_relatives_of_bert_are_fused_too(
    architecture: str, tuned_folder: Path, dataset_folder: Path, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    config = AutoConfig.for_model(architecture, num_labels=2, **ARCHITECTURES[architecture])
    model = AutoModelForSequenceClassification.from_config(config)
    tuned = tuned_of(model, tuned_folder, tmp_path / "tuned", pad_id=config.pad_token_id)
    candidate = compress(tuned, dataset_folder, "onnx-fp32", CompressionSettings(), tmp_path / "onnx", StepRun())
    assert candidate.attempts == []
    assert candidate.operators["Attention"] == 2
    assert OnnxTextClassifier(tmp_path / "onnx").logits(["a film", "a longer film by night"]).shape == (2, 2)


def test_an_architecture_whose_attention_is_unknown_is_exported_and_says_so(
    tuned_folder: Path, dataset_folder: Path, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    config = AutoConfig.for_model("deberta", num_labels=2, **BERT)
    tuned = tuned_of(AutoModelForSequenceClassification.from_config(config), tuned_folder, tmp_path / "tuned")
    candidate = compress(tuned, dataset_folder, "onnx-fp32", CompressionSettings(), tmp_path / "onnx", StepRun())
    assert candidate.applied.startswith("exported to ONNX, fused in part")
    (sentence,) = candidate.attempts
    assert "attention: found in 0 of 2 places of this deberta model" in sentence
    assert candidate.parity
    assert candidate.parity.max_difference <= candidate.parity.tolerance
