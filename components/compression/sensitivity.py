"""Which operators int8 damages most, without quantizing the model once for each."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from components.compression.onnx_file import open_session
from components.compression.quantize import OPERATORS

Floats = NDArray[np.float32]
_ROWS = 16
_TINY = float(np.finfo(np.float32).tiny)


def rank(graph: onnx.ModelProto, rows: Sequence[Sequence[int]]) -> list[str]:
    """Return the names of the operators that can be quantized, the most damaged first.

    Each matrix product is done twice on the inputs that it really gets, in fp32 and with both sides rounded as
    onnxruntime rounds them, and each embedding is looked up in a table that is rounded and in one that is not. The
    damage is the mean square of the difference over the variance of what is exact.

    Args:
        graph: the exact graph.
        rows: token ids of real rows; the first few are used.

    """
    weights = {weight.name: numpy_helper.to_array(weight) for weight in graph.graph.initializer}
    nodes = _quantizable(graph, weights)
    seen = _seen(graph, [_watched(node) for node in nodes], rows[:_ROWS])
    damages = {node.name: _damage_of(node, weights, seen[_watched(node)]) for node in nodes}
    return sorted(damages, key=lambda name: (-damages[name], name))


def _quantizable(graph: onnx.ModelProto, weights: Mapping[str, Floats]) -> list[NodeProto]:
    wanted = {*OPERATORS, "Gemm"}
    return [
        node
        for node in graph.graph.node
        if node.op_type in wanted and node.input[0 if node.op_type == "Gather" else 1] in weights
    ]


def _watched(node: NodeProto) -> str:
    """Return the tensor that tells what flows through `node`: what it multiplies, or what it looked up."""
    return str(node.output[0] if node.op_type == "Gather" else node.input[0])


def _seen(graph: onnx.ModelProto, names: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, list[Floats]]:
    """Return what flows through the tensors `names`, for each row as (positions, features)."""
    names = sorted(set(names))
    opened = onnx.ModelProto()
    opened.CopyFrom(graph)
    opened.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    session = open_session(opened.SerializeToString())
    seen: dict[str, list[Floats]] = {name: [] for name in names}
    for row in rows:
        ids = np.array([row], dtype=np.int64)
        values = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, value in zip(names, values, strict=True):
            seen[name].append(value.reshape(-1, value.shape[-1]))
    return seen


def _damage_of(node: NodeProto, weights: Mapping[str, Floats], seen: Sequence[Floats]) -> float:
    if node.op_type == "Gather":
        table = weights[node.input[0]]
        exact = np.concatenate(seen)
        return _damage(exact, _rounded(exact, float(table.min()), float(table.max())), float(exact.var()))
    weight = weights[node.input[1]]
    if any(attribute.name == "transB" and attribute.i for attribute in node.attribute):
        weight = weight.T
    scale = np.maximum(np.abs(weight).max(axis=0), _TINY) / 127
    rounded = np.round(weight / scale) * scale
    exact = np.concatenate([rows @ weight for rows in seen])
    coarse = np.concatenate([_rounded(rows, float(rows.min()), float(rows.max())) @ rounded for rows in seen])
    return _damage(exact, coarse, float(exact.var(axis=0).mean()))


def _damage(exact: Floats, coarse: Floats, variance: float) -> float:
    return float(np.square(coarse - exact).mean()) / max(variance, _TINY)


def _rounded(values: Floats, low: float, high: float) -> Floats:
    """Return `values` as unsigned 8-bit numbers tell them, with one scale and a zero point for `low` to `high`."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = max(high - low, _TINY) / 255
    zero = np.round(-low / scale)
    return np.asarray((np.clip(np.round(values / scale) + zero, 0, 255) - zero) * scale, dtype=np.float32)
