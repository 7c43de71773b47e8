from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.compression.exact import write_exact
from components.compression.job import Job
from components.compression.parity import ask_torch
from components.compression.rows import validation_rows
from components.compression.torch_model import load_classifier
from components.contracts.faults import BadInput
from tests.components.compression.conftest import Weights, rewrite


def test_a_fused_graph_within_the_tolerance_is_taken(job: Job) -> None:
    model = load_classifier(job.tuned_folder)
    exact = write_exact(job, model, ask_torch(job, model, validation_rows(job)))
    assert exact.attempts == []
    assert exact.parity.max_difference <= 1e-3
    assert (job.folder / "model.onnx").stat().st_size > 10**6


def test_an_export_out_of_tolerance_is_refused_with_the_difference(job: Job) -> None:
    model = load_classifier(job.tuned_folder)
    reference = ask_torch(job, model, validation_rows(job))
    reference.answers[0] += np.float32(0.5)
    with pytest.raises(BadInput, match=r"found a logit that differs from torch's by 0\.5; expected at most 0\.001"):
        write_exact(job, model, reference)


def test_a_fused_graph_out_of_tolerance_gives_way_to_the_plain_one(job: Job, tmp_path: Path) -> None:
    """The fused attention masks with -10,000: against scores that large it lets padding through, the plain one not."""

    def scream_at_padding(weights: Weights) -> None:
        weights["bert.embeddings.word_embeddings.weight"][0] *= 0
        for layer in (0, 1):
            for name in ("query", "key"):
                weights[f"bert.encoder.layer.{layer}.attention.self.{name}.weight"] *= 300

    tuned = rewrite(job.tuned_folder, tmp_path / "tuned", scream_at_padding)
    model = load_classifier(tuned)
    loud = replace(job, tuned_folder=tuned, settings=replace(job.settings, tolerance=0.01))
    exact = write_exact(loud, model, ask_torch(loud, model, validation_rows(loud)))
    assert exact.applied == "exported to ONNX as it is"
    assert "given up, a logit differs from torch's by" in exact.attempts[-1]
