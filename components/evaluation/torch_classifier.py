"""How the tuned model answers in torch: fp32, eager attention, no autocast. The reference of every speed-up."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModelForSequenceClassification

_ROWS_A_BATCH = 32


class TorchTextClassifier:
    """A text classifier in a tuned model's folder."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Load weights, `tokenizer.json` and what `tuned_model.json` says of labels and lengths.

        Args:
            folder: the tuned model's folder.
            threads: threads of one operator.

        """
        torch.set_num_threads(threads)
        manifest = json.loads((folder / "tuned_model.json").read_text(encoding="utf-8"))
        self.labels: list[str] = manifest["labels"]
        self.pad_id: int = manifest["pad_id"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(manifest["max_tokens"])
        self.tokenizer.no_padding()
        self.model = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True, use_safetensors=True
        ).eval()

    def logits_of_ids(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return logits as (batch, labels) for token ids and attention mask as (batch, seq)."""
        with torch.inference_mode():
            output = self.model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        return np.asarray(output.logits.numpy(), dtype=np.float32)

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
