from pathlib import Path

import numpy as np
import pytest

from components.contracts.candidate import read_candidate
from components.contracts.dataset import read_dataset
from components.contracts.faults import BadInput
from components.evaluation.answers import check_finite
from components.evaluation.held_out import read_held_out


def test_logits_that_are_no_numbers_are_a_sentence(onnx_candidate_folder: Path, dataset_folder: Path) -> None:
    candidate, data = read_candidate(onnx_candidate_folder), read_dataset(dataset_folder)
    held_out = read_held_out(dataset_folder, data, "test", candidate, onnx_candidate_folder / "tokenizer.json")
    logits = np.zeros((80, 2), dtype=np.float32)
    check_finite("the model", logits, held_out, "Leave it out.")
    logits[[3, 7]] = np.nan
    logits[9, 1] = np.inf
    with pytest.raises(BadInput) as refused:
        check_finite("the model", logits, held_out, "Leave it out.")
    assert str(refused.value) == (
        "the model: found logits that are no finite numbers for 3 of 80 rows, the first at row 5 of the source; "
        "expected finite logits. Leave it out."
    )
