"""The tuned model in torch, and its answers: what every candidate is checked against."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from components.compression.tuned import WEIGHTS
from components.contracts.faults import BadInput, Fault


def load_classifier(folder: Path) -> PreTrainedModel:
    """Return the tuned model for inference in fp32, with the attention that torch runs operator by operator.

    Raises:
        BadInput: the weights are not those of the architecture in config.json.

    """
    model, report = AutoModelForSequenceClassification.from_pretrained(
        folder,
        attn_implementation="eager",
        dtype=torch.float32,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    if report["missing_keys"]:
        missing = ", ".join(sorted(report["missing_keys"])[:5])
        raise BadInput(Fault(str(folder / WEIGHTS), f"no weights for {missing}", "every weight of the architecture"))
    classifier: PreTrainedModel = model.eval()
    return classifier


def torch_logits(model: PreTrainedModel, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return torch's logits as (batch, labels) for token ids and attention mask as (batch, seq)."""
    with torch.inference_mode():
        logits = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
    return np.asarray(logits.numpy(), dtype=np.float32)
