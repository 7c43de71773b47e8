"""How a candidate in ONNX answers: tokenizer.json, model.onnx, and nothing heavier than onnxruntime and tokenizers.

Evaluation measures this code, `bessemer predict` runs it, and the registered model carries this very file, so that what
was measured is what serves. It imports nothing of Bessemer.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

_ROWS_A_BATCH = 32


class OnnxTextClassifier:
    """A text classifier in a candidate folder."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Load `model.onnx`, `tokenizer.json` and what `candidate.json` says of labels and lengths.

        Args:
            folder: the candidate's folder.
            threads: threads of one operator; 0 leaves the number to onnxruntime.

        """
        manifest = json.loads((folder / "candidate.json").read_text(encoding="utf-8"))
        self.labels: list[str] = manifest["labels"]
        self.pad_id: int = manifest["pad_id"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(manifest["max_tokens"])
        self.tokenizer.no_padding()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.inputs = [entry.name for entry in self.session.get_inputs()]

    def logits_of_ids(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return logits as (batch, labels) for token ids and attention mask as (batch, seq)."""
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (logits,) = self.session.run(["logits"], {name: feed[name] for name in self.inputs})
        return np.asarray(logits, dtype=np.float32)

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return logits as (len(texts), labels), in the order of `texts`; neighbours in length share a batch."""
        encodings = self.tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        result = np.zeros((len(encodings), len(self.labels)), dtype=np.float32)
        for start in range(0, len(order), _ROWS_A_BATCH):
            rows = order[start : start + _ROWS_A_BATCH]
            longest = max(len(encodings[row].ids) for row in rows)
            ids = np.full((len(rows), longest), self.pad_id, dtype=np.int64)
            mask = np.zeros_like(ids)
            for place, row in enumerate(rows):
                length = len(encodings[row].ids)
                ids[place, :length] = encodings[row].ids
                mask[place, :length] = 1
            result[rows] = self.logits_of_ids(ids, mask)
        return result

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return probabilities as (len(texts), labels): the softmax of the logits."""
        logits = self.logits(texts)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)
