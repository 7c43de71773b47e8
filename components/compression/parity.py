"""Whether a graph in ONNX answers as torch does, over batches of many sizes with real padding."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from transformers import PreTrainedModel

from components.compression.job import Job
from components.compression.onnx_file import onnx_logits
from components.compression.rows import Rows, batches_of_many_sizes
from components.compression.torch_model import torch_logits
from components.contracts.candidate import Parity

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Reference:
    """Batches of many sizes, and torch's logits for them."""

    batches: list[tuple[Ids, Ids]]
    """Token ids and attention mask of each batch, both (batch, seq)."""
    answers: list[NDArray[np.float32]]
    """The logits of each batch, (batch, labels)."""


def ask_torch(job: Job, model: PreTrainedModel, rows: Rows) -> Reference:
    """Return batches from one short row up to the longest that the model reads, with torch's logits."""
    batches = batches_of_many_sizes(rows.ids, job.tuned.max_tokens, job.tuned.pad_id, job.settings.seed)
    return Reference(batches, [torch_logits(model, ids, mask) for ids, mask in batches])


def check_parity(session: ort.InferenceSession, reference: Reference, tolerance: float) -> Parity:
    """Return how far the graph's logits are from torch's.

    Args:
        session: the graph.
        reference: what torch answered.
        tolerance: the bound to be stated; to hold it is the caller's matter.

    """
    differences = [
        float(np.abs(onnx_logits(session, ids, mask) - answer).max())
        for (ids, mask), answer in zip(reference.batches, reference.answers, strict=True)
    ]
    return Parity(
        rows=sum(len(ids) for ids, _ in reference.batches),
        shapes=[(int(ids.shape[0]), int(ids.shape[1])) for ids, _ in reference.batches],
        max_difference=float("inf") if np.isnan(differences).any() else max(differences),
        tolerance=tolerance,
    )
