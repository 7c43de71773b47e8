"""Graph optimisation: the many operators of attention, LayerNorm and GELU become one each."""

from collections import Counter

import onnx
from onnx import helper
from onnxruntime.quantization.quant_utils import ms_domain
from onnxruntime.transformers.fusion_options import AttentionMaskFormat, FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from transformers import PretrainedConfig


def fuse(graph: onnx.ModelProto, config: PretrainedConfig) -> onnx.ModelProto:
    """Return `graph` after onnxruntime's transformer optimizer; `graph` itself is left as it is.

    The fusions are those for BERT whatever the architecture: a pattern that a model does not have is not fused, and
    `unfused` tells. The mask stays as (batch, seq): the shorter form that BERT defaults to holds for padding on the
    right only. The embeddings stay apart: fused with their LayerNorm they would be quantized along with its scale
    and shift, and win no time.
    """
    options = FusionOptions("bert")
    options.attention_mask_format = AttentionMaskFormat.AttentionMask
    options.enable_embed_layer_norm = False
    own = onnx.ModelProto()
    own.CopyFrom(graph)
    fused: onnx.ModelProto = optimize_model(
        own,
        model_type="bert",
        num_heads=getattr(config, "num_attention_heads", 0),
        hidden_size=getattr(config, "hidden_size", 0),
        opt_level=0,  # onnxruntime's own passes run when the model is loaded, for the machine that loads it
        optimization_options=options,
    ).model
    if all(opset.domain != ms_domain for opset in fused.opset_import):
        fused.opset_import.append(helper.make_opsetid(ms_domain, 1))  # where the fused operators are defined
    return fused


def operators(graph: onnx.ModelProto) -> dict[str, int]:
    """Return how often each operator stands in `graph`, by name."""
    counts = Counter(node.op_type for node in graph.graph.node if node.op_type != "Constant")
    return dict(sorted(counts.items()))


def unfused(counts: dict[str, int], config: PretrainedConfig) -> list[str]:
    """Return a sentence for each kind of operator that is not fused in every layer.

    Each layer of a transformer encoder has one attention, two LayerNorms that follow a residual connection, and one
    activation; a residual in front of the first layer, or a head with an activation of its own, only adds to them.
    """
    layers = getattr(config, "num_hidden_layers", 0)
    kinds = {
        "attention": (layers, ["Attention"]),
        "LayerNorm with its residual": (2 * layers, ["SkipLayerNormalization"]),
    }
    if "gelu" in str(getattr(config, "hidden_act", getattr(config, "activation", ""))):
        kinds["GELU"] = (layers, ["BiasGelu", "Gelu", "FastGelu"])
    sentences = []
    for kind, (expected, names) in kinds.items():
        found = sum(counts.get(name, 0) for name in names)
        if found < expected:
            sentences.append(
                f"fusing {kind}: found in {found} of {expected} places of this {config.model_type} model; "
                "onnxruntime's own graph optimisations take its place where it is not fused"
            )
    return sentences
