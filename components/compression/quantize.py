"""Dynamic int8: weights are rounded now, each batch of activations when it comes (onnxruntime's `quantize_dynamic`)."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from components.compression.onnx_file import write_graph

OPERATORS = ("MatMul", "Attention", "Gather")
"""What is quantized: matrix products (a Gemm is turned into one), fused attention, and the tables of embeddings."""


@dataclass(frozen=True)
class Plan:
    """One way to quantize a graph."""

    words: str
    """What it does, for people."""
    excluded: tuple[str, ...] = ()
    """The names of the operators that stay in fp32."""
    reduce_range: bool = False
    """Whether weights get 7 bits: without VNNI, sums of 8-bit products overflow their 16 bits."""


def quantize(graph: onnx.ModelProto, plan: Plan, path: Path) -> None:
    """Write `graph`, quantized as `plan` says, to `path`.

    Weights are signed and symmetric, one scale for each output channel; embeddings and activations unsigned with a
    zero point, one scale a tensor: what the processor's u8 x s8 products want.

    Raises:
        OSError: there is no space left.

    """
    add_pre_process_metadata(graph)  # it is fused already: no advice to pre-process it; `write_graph` drops the note
    try:
        quantize_dynamic(
            graph,
            path,
            op_types_to_quantize=list(OPERATORS),
            per_channel=True,
            reduce_range=plan.reduce_range,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[*plan.excluded, *(f"{name}_MatMul" for name in plan.excluded)],  # what a Gemm turns into
            # fused operators are unknown to ONNX's shape inference, which would tell the type
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    except DecodeError as error:  # onnx's shape inference does not notice that its file did not fit
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
    write_graph(onnx.load(path), path)


def plans(rank: Callable[[], Sequence[str]]) -> Iterator[Plan]:
    """Yield the ways to quantize a graph, each giving up a little more than the one before.

    Args:
        rank: returns the operators that can be quantized, the most damaged first; asked only when the first way fails.

    """
    whole = "dynamic int8, weights per channel, embeddings too"
    yield Plan(whole)
    ranked = rank()
    for share, part in ((8, "eighth"), (4, "quarter"), (2, "half")):
        kept = tuple(ranked[: -(-len(ranked) // share)])
        names = ", ".join(kept[:4]) + (f" and {len(kept) - 4} more" if len(kept) > 4 else "")
        yield Plan(f"{whole}, but the most damaged {part} of the operators kept in fp32 ({names})", kept)
    yield Plan(f"{whole}, weights in 7 bits (reduced range)", reduce_range=True)
