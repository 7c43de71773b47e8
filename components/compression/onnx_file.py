"""An ONNX graph on disk, in bytes that depend on nothing but the graph; and a session that runs it."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

MODEL = "model.onnx"


def write_graph(graph: onnx.ModelProto, path: Path) -> None:
    """Write `graph` without what says nothing about the model: traces of Python, inferred shapes, tools' notes."""
    lean = onnx.ModelProto()
    lean.CopyFrom(graph)
    lean.ClearField("doc_string")
    lean.ClearField("metadata_props")
    lean.graph.ClearField("doc_string")
    lean.graph.ClearField("metadata_props")
    lean.graph.ClearField("value_info")
    for node in lean.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    path.write_bytes(lean.SerializeToString(deterministic=True))


def open_session(model: Path | bytes) -> ort.InferenceSession:
    """Return a session on the processor for a graph in a file or in memory."""
    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors
    return ort.InferenceSession(
        str(model) if isinstance(model, Path) else model, options, providers=["CPUExecutionProvider"]
    )


def onnx_logits(session: ort.InferenceSession, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the graph's logits as (batch, labels) for token ids and attention mask as (batch, seq)."""
    feed = {"input_ids": ids, "attention_mask": mask}
    (logits,) = session.run(["logits"], {entry.name: feed[entry.name] for entry in session.get_inputs()})
    return np.asarray(logits, dtype=np.float32)
