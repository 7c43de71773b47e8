from pathlib import Path

import numpy as np
import pytest

from components.compression.torch_model import load_classifier, torch_logits
from components.contracts.faults import BadInput
from tests.components.compression.conftest import Weights, rewrite


def test_the_classifier_answers_without_dropout(tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    ids = np.array([[101, 2023, 102], [101, 102, 0]])
    mask = np.array([[1, 1, 1], [1, 1, 0]])
    logits = torch_logits(model, ids, mask)
    assert logits.shape == (2, 2)
    assert logits.dtype == np.float32
    np.testing.assert_array_equal(logits, torch_logits(model, ids, mask))
    np.testing.assert_allclose(logits[1:], torch_logits(model, ids[1:, :2], mask[1:, :2]), atol=1e-5)


def test_weights_that_are_not_all_there_are_told(tuned_folder: Path, tmp_path: Path) -> None:
    def lose_the_head(weights: Weights) -> None:
        del weights["classifier.weight"]

    tuned = rewrite(tuned_folder, tmp_path / "tuned", lose_the_head)
    with pytest.raises(BadInput, match=r"found no weights for classifier\.weight"):
        load_classifier(tuned)
