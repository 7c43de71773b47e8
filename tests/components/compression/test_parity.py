from pathlib import Path

import numpy as np
import pytest

from components.compression.export import export
from components.compression.job import Job
from components.compression.onnx_file import open_session
from components.compression.parity import Reference, ask_torch, check_parity
from components.compression.rows import validation_rows
from components.compression.torch_model import load_classifier


def test_the_largest_difference_over_all_batches_is_told(job: Job, tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    session = open_session(export(model).SerializeToString())
    reference = ask_torch(job, model, validation_rows(job))
    exact = check_parity(session, reference, 1e-3)
    assert exact.max_difference < 1e-4
    assert exact.rows == sum(batch for batch, _ in exact.shapes)
    reference.answers[3][1, 0] += 0.25
    assert check_parity(session, reference, 1e-3).max_difference == pytest.approx(0.25, abs=1e-4)


def test_an_answer_that_is_no_number_is_infinitely_far(job: Job, tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    session = open_session(export(model).SerializeToString())
    reference = ask_torch(job, model, validation_rows(job))
    broken = Reference(reference.batches, [answer * np.nan for answer in reference.answers])
    assert check_parity(session, broken, 1e-3).max_difference == float("inf")
