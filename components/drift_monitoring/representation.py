"""Where a text lies in the model's own eyes: the mean over its tokens of a hidden layer in the middle."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from components.contracts.onnx_text_classifier import OnnxTextClassifier

_NORMALISATIONS = (
    "EmbedLayerNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
)
"""What ends a block of a transformer, as ONNX and onnxruntime call it."""
_ROWS_A_BATCH = 32


class Representation:
    """The lower half of a candidate's graph.

    The layers above the middle know mostly what training wanted them to know; the ones below, what a text is like.
    """

    def __init__(self, folder: Path, classifier: OnnxTextClassifier) -> None:
        """Load the graph up to its middle normalisation; a graph without any is represented by its logits.

        Args:
            folder: the candidate's.
            classifier: the same candidate, whose tokenizer is used.

        """
        self.classifier = classifier
        model = onnx.load(folder / "model.onnx")
        hidden = [node.output[0] for node in model.graph.node if node.op_type in _NORMALISATIONS]
        self.output = hidden[len(hidden) // 2] if hidden else model.graph.output[0].name
        del model.graph.output[:]
        model.graph.output.append(onnx.helper.make_tensor_value_info(self.output, onnx.TensorProto.FLOAT, None))
        self.session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        self.inputs = [entry.name for entry in self.session.get_inputs()]

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (len(texts), hidden), in the order of `texts`; neighbours in length share a batch."""
        encodings = self.classifier.tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        rows: list[tuple[int, NDArray[np.float32]]] = []
        for start in range(0, len(order), _ROWS_A_BATCH):
            places = order[start : start + _ROWS_A_BATCH]
            longest = len(encodings[places[-1]].ids)
            ids = np.full((len(places), longest), self.classifier.pad_id, dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(places):
                ids[row, : len(encodings[place].ids)] = encodings[place].ids
                mask[row, : len(encodings[place].ids)] = 1
            rows += zip(places, self._mean(ids, mask), strict=True)
        return np.stack([row for _, row in sorted(rows, key=lambda pair: pair[0])])

    def _mean(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self.session.run([self.output], {name: feed[name] for name in self.inputs})
        if hidden.ndim == 2:
            return np.asarray(hidden, dtype=np.float32)
        weight = mask[..., None].astype(np.float32)
        return np.asarray((hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1), dtype=np.float32)
