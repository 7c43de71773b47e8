from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from components.compression.export import export
from components.compression.first_token import read_first_token_early
from components.compression.fuse import fuse
from components.compression.onnx_file import onnx_logits, open_session
from components.compression.torch_model import load_classifier


@pytest.fixture(scope="module")
def fused(tuned_folder: Path) -> onnx.ModelProto:
    model = load_classifier(tuned_folder)
    return fuse(export(model), model.config)


def test_the_last_layer_is_computed_for_one_position_with_the_same_result(fused: onnx.ModelProto) -> None:
    short = onnx.ModelProto()
    short.CopyFrom(fused)
    assert read_first_token_early(short) == 6
    before, after = (open_session(graph.SerializeToString()) for graph in (fused, short))
    dice = np.random.default_rng(0)
    for batch, seq in ((1, 1), (1, 7), (5, 30)):
        ids, mask = dice.integers(1000, 20000, (batch, seq)), np.ones((batch, seq), dtype=np.int64)
        mask[1:, seq // 2 :] = 0
        np.testing.assert_allclose(onnx_logits(before, ids, mask), onnx_logits(after, ids, mask), atol=1e-5)


def test_done_already_there_is_nothing_to_move(fused: onnx.ModelProto) -> None:
    short = onnx.ModelProto()
    short.CopyFrom(fused)
    read_first_token_early(short)
    again = short.SerializeToString(deterministic=True)
    assert read_first_token_early(short) == 0
    assert short.SerializeToString(deterministic=True) == again


def small_graph(read_elsewhere: bool) -> onnx.ModelProto:
    """x (batch, seq, 4) -> MatMul -> Gelu -> first position; with `read_elsewhere` the product is an output too."""
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["product"]),
        helper.make_node("Gelu", ["product"], ["active"], domain="com.microsoft"),
        helper.make_node("Gather", ["active", "zero"], ["y"], axis=1),
        helper.make_node("ReduceSum", ["product"], ["total"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "seq", 4])
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    if read_elsewhere:
        outputs.append(helper.make_tensor_value_info("total", TensorProto.FLOAT, None))
    weights = [
        numpy_helper.from_array(np.eye(4, dtype=np.float32), "weight"),
        numpy_helper.from_array(np.array(0, dtype=np.int64), "zero"),
    ]
    graph = helper.make_graph(nodes if read_elsewhere else nodes[:3], "small", [x], outputs, weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    )


@pytest.mark.parametrize(("read_elsewhere", "moved"), [(False, 2), (True, 1)])
def test_what_others_read_is_computed_for_every_position(read_elsewhere: bool, moved: int) -> None:
    graph = small_graph(read_elsewhere)
    x = {"x": np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)}
    before = open_session(graph.SerializeToString()).run(None, x)
    assert read_first_token_early(graph) == moved
    after = open_session(graph.SerializeToString()).run(None, x)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
