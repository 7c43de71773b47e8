"""Recipe `onnx-fp32`: the same numbers, by a graph with fused operators."""

from components.compression.exact import write_exact
from components.compression.fuse import operators
from components.compression.job import Job, Made
from components.compression.parity import ask_torch
from components.compression.rows import validation_rows
from components.compression.torch_model import load_classifier
from components.contracts.events import Progress


def make(job: Job) -> Made:
    """Write the tuned model as ONNX, checked against torch.

    Raises:
        BadInput: there are no rows to check it on, or the export does not answer as torch does.

    """
    progress = Progress("stages", 2)
    rows = validation_rows(job)
    model = load_classifier(job.tuned_folder)
    reference = ask_torch(job, model, rows)
    progress.advance(note="exporting and fusing")
    exact = write_exact(job, model, reference)
    progress.advance(note="checked against torch")
    return Made("onnxruntime", exact.applied, exact.attempts, operators(exact.graph), exact.parity)
