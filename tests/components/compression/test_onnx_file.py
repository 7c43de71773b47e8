from pathlib import Path

import onnx

from components.compression.export import export
from components.compression.onnx_file import write_graph
from components.compression.torch_model import load_classifier


def test_the_bytes_carry_no_traces_of_tools(tuned_folder: Path, tmp_path: Path) -> None:
    graph = export(load_classifier(tuned_folder))
    write_graph(graph, tmp_path / "one.onnx")
    graph.doc_string = "made on a Monday"
    graph.metadata_props.add(key="tool", value="1.0")
    graph.graph.node[0].doc_string = "in a file of somebody's"
    write_graph(graph, tmp_path / "two.onnx")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
    onnx.checker.check_model(str(tmp_path / "one.onnx"))
