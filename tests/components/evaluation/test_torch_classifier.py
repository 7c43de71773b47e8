from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.evaluation.torch_classifier import TorchTextClassifier

TEXTS = [f"{'warm ' * (row % 9)}film number {row}" for row in range(70)] + ["", "night " * 900]


@pytest.fixture(scope="module")
def classifier(tuned_folder: Path) -> TorchTextClassifier:
    return TorchTextClassifier(tuned_folder, 1)


def test_batches_by_length_change_neither_order_nor_values(classifier: TorchTextClassifier, tuned_folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tuned_folder)
    model = AutoModelForSequenceClassification.from_pretrained(tuned_folder).eval()
    logits = classifier.logits(TEXTS)
    assert logits.shape == (len(TEXTS), 2)
    for row in (0, 8, 41, 70, 71):
        inputs = tokenizer(TEXTS[row], truncation=True, max_length=64, return_tensors="pt")
        with torch.inference_mode():
            alone = model(**inputs).logits[0].numpy()
        assert np.allclose(logits[row], alone, atol=1e-5)


def test_torch_and_the_exported_model_agree(classifier: TorchTextClassifier, onnx_candidate_folder: Path) -> None:
    exported = OnnxTextClassifier(onnx_candidate_folder, 1)
    assert np.allclose(classifier.logits(TEXTS), exported.logits(TEXTS), atol=1e-4)


def test_it_computes_in_fp32_and_eagerly(classifier: TorchTextClassifier) -> None:
    assert classifier.model.dtype == torch.float32
    assert classifier.model.config._attn_implementation == "eager"
