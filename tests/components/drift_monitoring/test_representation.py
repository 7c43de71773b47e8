"""Where texts lie in the model's eyes."""

import shutil
from pathlib import Path

import numpy as np
import onnx

from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.drift_monitoring.representation import Representation

TEXTS = ["a lovely warm film", "", "dull", "ünïcödé 🎬 " * 40, "a lovely warm film"]


def test_a_text_lies_where_it_lies_whatever_stands_beside_it(representation: Representation) -> None:
    whole = representation.of(TEXTS)
    assert whole.shape == (5, 128)
    assert np.isfinite(whole).all()
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(representation.of([text])[0], whole[row], atol=1e-4)
    assert np.array_equal(whole[0], whole[4])
    assert np.abs(whole[0] - whole[2]).max() > 0.01


def test_it_is_the_middle_of_the_graph(representation: Representation, onnx_candidate_folder: Path) -> None:
    nodes = onnx.load(onnx_candidate_folder / "model.onnx").graph.node
    normalised = [node.output[0] for node in nodes if node.op_type == "LayerNormalization"]
    assert representation.output == normalised[len(normalised) // 2]
    assert len(normalised) == 5, "one below the two layers and two in each"


def test_a_graph_without_normalisations_is_represented_by_its_logits(
    onnx_candidate_folder: Path, classifier: OnnxTextClassifier, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(onnx_candidate_folder, tmp_path / "candidate"))
    x = onnx.helper
    inputs = [x.make_tensor_value_info(name, onnx.TensorProto.INT64, ["b", "s"]) for name in ("input_ids",)]
    nodes = [
        x.make_node("Cast", ["input_ids"], ["ids"], to=onnx.TensorProto.FLOAT),
        x.make_node("ReduceMax", ["ids"], ["logits"], keepdims=1, axes=[1]),
    ]
    output = x.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["b", 1])
    graph = x.make_graph(nodes, "tiny", inputs, [output])
    onnx.save(x.make_model(graph, opset_imports=[x.make_opsetid("", 17)], ir_version=8), folder / "model.onnx")
    found = Representation(folder, classifier).of(["a film", "the story"])
    assert found.shape == (2, 1)
    assert found[0] == max(classifier.tokenizer.encode("a film").ids)
