"""The tuned model as an ONNX graph, by torch's TorchScript exporter."""

import inspect
import io
import warnings

import onnx
import torch
from transformers import PreTrainedModel

from components.contracts.faults import BadInput, Fault

_OPSET = 17  # the first with LayerNormalization
_LIMIT = 2**31  # bytes that protobuf takes in one message, and so ONNX in one file


class _Classifier(torch.nn.Module):
    """Token ids and attention mask in, logits out; token types, where a model has them, are the first one."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model
        self.has_token_types = "token_type_ids" in inspect.signature(model.forward).parameters

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return logits as (batch, labels) for two (batch, seq) tensors."""
        types = {"token_type_ids": torch.zeros_like(input_ids)} if self.has_token_types else {}
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask, **types).logits
        return logits


def export(model: PreTrainedModel) -> onnx.ModelProto:
    """Return the graph of `model`: inputs `input_ids`, `attention_mask` (batch, seq), output `logits` (batch, labels).

    Raises:
        BadInput: the model is too large for one ONNX file, or has an operation that ONNX cannot say.

    """
    size = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    if size >= _LIMIT:
        raise BadInput(
            Fault("the tuned model", f"{size / 2**30:.1f} GiB of weights", "less than 2 GiB, ONNX's limit for one file")
        )
    ids = torch.ones(2, 8, dtype=torch.int64)
    dynamic = {0: "batch", 1: "seq"}
    buffer = io.BytesIO()
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Classifier(model).eval(),
                (ids, torch.ones_like(ids)),
                buffer,  # type: ignore[arg-type]  # which it takes, though its signature does not say so
                input_names=["input_ids", "attention_mask"],
                output_names=["logits"],
                dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "logits": {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,
            )
    except RuntimeError as error:  # the exporter's own errors are RuntimeErrors too
        reason = str(error).strip().splitlines()[0][:200]
        expected = "a model that torch can export to ONNX"
        kind, way_out = model.config.model_type, "Choose another model_ingestion.source."
        raise BadInput(Fault(f"the architecture {kind}", reason, expected, way_out)) from error
    return onnx.load_from_string(buffer.getvalue())
