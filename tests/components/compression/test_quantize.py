from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from components.compression.export import export
from components.compression.fuse import fuse, operators
from components.compression.quantize import Plan, plans, quantize
from components.compression.torch_model import load_classifier


@pytest.fixture(scope="module")
def fused(tuned_folder: Path) -> onnx.ModelProto:
    model = load_classifier(tuned_folder)
    return fuse(export(model), model.config)


def int8_weights(path: Path) -> dict[str, np.ndarray]:
    weights = onnx.load(path).graph.initializer
    return {
        weight.name: numpy_helper.to_array(weight) for weight in weights if weight.data_type == onnx.TensorProto.INT8
    }


def test_weights_have_a_scale_for_each_output_channel(fused: onnx.ModelProto, tmp_path: Path) -> None:
    quantize(fused, Plan("whole"), tmp_path / "model.onnx")
    scales = {weight.name: weight.dims for weight in onnx.load(tmp_path / "model.onnx").graph.initializer}
    assert list(scales["Attention_0_qkv_weight_scale"]) == [3 * 128]
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_excluded_operators_stay_in_fp32(fused: onnx.ModelProto, tmp_path: Path) -> None:
    names = [node.name for node in fused.graph.node if node.op_type in ("Attention", "Gemm")]
    quantize(fused, Plan("part", tuple(names)), tmp_path / "model.onnx")
    counts = operators(onnx.load(tmp_path / "model.onnx"))
    assert (counts["Attention"], counts["MatMul"], counts["MatMulInteger"]) == (2, 2, 6)


@pytest.mark.slow
def test_the_reduced_range_leaves_a_bit(fused: onnx.ModelProto, tmp_path: Path) -> None:
    quantize(fused, Plan("whole"), tmp_path / "whole.onnx")
    quantize(fused, Plan("reduced", reduce_range=True), tmp_path / "reduced.onnx")
    assert max(np.abs(weight.astype(int)).max() for weight in int8_weights(tmp_path / "whole.onnx").values()) == 127
    assert max(np.abs(weight.astype(int)).max() for weight in int8_weights(tmp_path / "reduced.onnx").values()) <= 64


def test_the_ladder_gives_up_more_and_more_and_ranks_only_when_it_has_to() -> None:
    asked = []

    def rank() -> list[str]:
        asked.append(1)
        return [f"operator{place}" for place in range(10)]

    ladder = plans(rank)
    assert next(ladder).excluded == ()
    assert not asked
    rest = list(ladder)
    assert [len(plan.excluded) for plan in rest] == [2, 3, 5, 0]
    assert [plan.reduce_range for plan in rest] == [False, False, False, True]
    assert "operator0, operator1, operator2, operator3 and 1 more" in rest[2].words
