from collections.abc import Callable
from pathlib import Path

import pytest

from components.compression.export import export
from components.compression.fuse import fuse
from components.compression.job import Job
from components.compression.rows import validation_rows
from components.compression.sensitivity import rank
from components.compression.torch_model import load_classifier
from tests.components.compression.conftest import Weights, drown_attention, drown_head, drown_words, rewrite


@pytest.mark.parametrize(
    ("drown", "worst"),
    [
        (drown_words, {"/model/bert/embeddings/word_embeddings/Gather"}),
        (drown_head, {"/model/bert/pooler/dense/Gemm", "/model/classifier/Gemm"}),
        (drown_attention, {"Attention_0", "Attention_1"}),
    ],
)
def test_what_was_drowned_ranks_first(
    drown: Callable[[Weights], None], worst: set[str], job: Job, tmp_path: Path
) -> None:
    model = load_classifier(rewrite(job.tuned_folder, tmp_path / "tuned", drown))
    ranked = rank(fuse(export(model), model.config), validation_rows(job).ids)
    assert set(ranked[: len(worst)]) == worst
    assert len(ranked) == len(set(ranked)) == 13
