"""What quantization costs, in answers: a quantized graph against torch on labelled rows."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from transformers import PreTrainedModel

from components.compression.config import CompressionSettings
from components.compression.onnx_file import onnx_logits
from components.compression.rows import Rows, batches_by_length
from components.compression.torch_model import torch_logits


@dataclass(frozen=True)
class Damage:
    """How a quantized graph answers, compared with torch."""

    rows: int
    drop: float
    """Points of accuracy lost; below zero when some were won."""
    changed: float
    """Percent of the rows that are answered otherwise than by torch."""

    def is_within(self, settings: CompressionSettings) -> bool:
        """Return whether both bounds hold."""
        return self.drop <= settings.max_calibration_drop and self.changed <= settings.max_changed_answers

    def sentence(self, settings: CompressionSettings) -> str:
        """Return the figures beside their bounds."""
        return (
            f"on {self.rows} calibration rows {self.drop:.2f} points lost (at most {settings.max_calibration_drop:g}), "
            f"{self.changed:.2f} % of the answers changed (at most {settings.max_changed_answers:g} %)"
        )


class Calibration:
    """Labelled rows, and torch's answers to them."""

    def __init__(self, rows: Rows, pad_id: int, model: PreTrainedModel) -> None:
        """Ask torch.

        Args:
            rows: the calibration slice.
            pad_id: the token id that fills a batch.
            model: the tuned model.

        """
        self.rows = rows
        self.batches = list(batches_by_length(rows.ids, pad_id))
        self.answers = np.zeros(len(rows.ids), dtype=np.int64)
        for which, ids, mask in self.batches:
            self.answers[which] = torch_logits(model, ids, mask).argmax(axis=1)

    def damage(self, session: ort.InferenceSession) -> Damage:
        """Return what the graph in `session` answers otherwise."""
        answers: NDArray[np.int64] = np.zeros_like(self.answers)
        for which, ids, mask in self.batches:
            answers[which] = onnx_logits(session, ids, mask).argmax(axis=1)
        right_before, right_now = self.answers == self.rows.labels, answers == self.rows.labels
        return Damage(
            rows=len(answers),
            drop=100 * float(right_before.mean() - right_now.mean()),
            changed=100 * float((answers != self.answers).mean()),
        )
