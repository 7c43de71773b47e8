"""A classifier reads one position of the last layer: the others need not be computed after the last attention."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

_ONE_INPUT = {"MatMul", "BiasGelu", "Gelu", "FastGelu", "LayerNormalization"}
"""Operators that compute each position from the same position of their first input; their others are weights."""
_TWO_INPUTS = {"SkipLayerNormalization"}
"""The same for their first two inputs, of one shape."""


def read_first_token_early(graph: ModelProto) -> int:
    """Move the choice of a position in front of the operators that work position by position.

    In a BERT all of the last layer after its attention is computed for every position, three of its four weight
    matrices, and its head reads the first. The result is the same; parity with torch is checked afterwards.

    Args:
        graph: fused; changed in place where its head reads one position.

    Returns:
        How many operators now work on (batch, hidden) instead of (batch, seq, hidden).

    """
    weights = {weight.name: weight for weight in graph.graph.initializer}
    choices = [(node, index) for node in graph.graph.node if (index := _position(node, graph, weights)) is not None]
    if len(choices) != 1:
        return 0
    choice, index = choices[0]
    cone = _cone(graph, choice, weights)
    if choice.input[0] not in cone:
        return 0
    graph.graph.initializer.append(numpy_helper.from_array(index, "position_of_head"))
    nodes = _with_early_choice(graph, choice, cone, weights)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return len(cone)


def _position(node: NodeProto, graph: ModelProto, weights: Mapping[str, TensorProto]) -> NDArray[np.int64] | None:
    """Return the index of the one position that `node` picks from (batch, seq, hidden), or None if it does not."""
    if node.op_type != "Gather" or [attribute.i for attribute in node.attribute if attribute.name == "axis"] != [1]:
        return None
    constants = {made.output[0]: made.attribute[0].t for made in graph.graph.node if made.op_type == "Constant"}
    tensor = constants.get(node.input[1]) or weights.get(node.input[1])
    return numpy_helper.to_array(tensor) if tensor is not None and not tensor.dims else None


def _cone(graph: ModelProto, choice: NodeProto, weights: Mapping[str, TensorProto]) -> set[str]:
    """Return the outputs that are computed position by position and read by nothing but each other and `choice`."""
    makers = {output: node for node in graph.graph.node for output in node.output}
    readers: dict[str, list[NodeProto]] = {}
    for node in graph.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    cone: set[str] = set()
    waiting = [choice.input[0]]
    while waiting:
        node = makers.get(waiting.pop())
        if node is not None and node.output[0] not in cone and _is_row_by_row(node, weights):
            cone.add(node.output[0])
            waiting += [name for name in node.input if name not in weights]
    while True:
        read_elsewhere = {
            name
            for name in cone
            if any(reader.output[0] not in cone and reader != choice for reader in readers.get(name, []))
        }
        if not read_elsewhere:
            return cone
        cone -= read_elsewhere


def _is_row_by_row(node: NodeProto, weights: Mapping[str, TensorProto]) -> bool:
    if len(node.output) != 1:
        return False
    if node.op_type in _ONE_INPUT:
        return all(name in weights for name in node.input[1:])
    return node.op_type in _TWO_INPUTS and all(name in weights for name in node.input[2:])


def _with_early_choice(
    graph: ModelProto, choice: NodeProto, cone: set[str], weights: Mapping[str, TensorProto]
) -> list[NodeProto]:
    """Return the graph's operators with a choice of position wherever a tensor enters the cone, and `choice` gone."""
    nodes: list[NodeProto] = []
    chosen: dict[str, str] = {}
    for node in graph.graph.node:
        if node == choice:
            continue
        if node.output and node.output[0] in cone:
            for place, name in enumerate(node.input):
                if name in weights or name in cone:
                    continue
                if name not in chosen:
                    chosen[name] = f"{name}_of_head"
                    nodes.append(
                        helper.make_node("Gather", [name, "position_of_head"], [chosen[name]], chosen[name], axis=1)
                    )
                node.input[place] = chosen[name]
            if node.output[0] == choice.input[0]:
                node.output[0] = choice.output[0]
        nodes.append(node)
    read = {name for node in nodes for name in node.input}
    return [node for node in nodes if node.op_type != "Constant" or node.output[0] in read]
