"""The exact export: the tuned model in ONNX, fused, and checked against torch."""

from dataclasses import dataclass

import onnx
from transformers import PreTrainedModel

from components.compression.export import export
from components.compression.first_token import read_first_token_early
from components.compression.fuse import fuse, operators, unfused
from components.compression.job import Job
from components.compression.onnx_file import MODEL, open_session, write_graph
from components.compression.parity import Reference, check_parity
from components.contracts.candidate import Parity
from components.contracts.faults import BadInput, Fault


@dataclass(frozen=True)
class Exact:
    """An exact export, written to `model.onnx`."""

    graph: onnx.ModelProto
    applied: str
    attempts: list[str]
    parity: Parity


def write_exact(job: Job, model: PreTrainedModel, reference: Reference) -> Exact:
    """Write the tuned model as `model.onnx`: fused where that can be done, else as it was exported.

    Raises:
        BadInput: torch cannot export the model, or not even the plain export answers as torch does.

    """
    plain = export(model)
    fused = fuse(plain, model.config)
    attempts = unfused(operators(fused), model.config)
    shortened = read_first_token_early(fused)
    applied = f"exported to ONNX, {'fused in part' if attempts else 'attention, LayerNorm and GELU fused'}"
    if shortened:
        applied += f", {shortened} operators of the last layer computed for the head's token alone"
    for graph, words in ((fused, applied), (plain, "exported to ONNX as it is")):
        write_graph(graph, job.folder / MODEL)
        parity = check_parity(open_session(job.folder / MODEL), reference, job.settings.tolerance)
        if parity.max_difference <= parity.tolerance:
            return Exact(graph, words, attempts, parity)
        attempts.append(
            f"{words}: given up, a logit differs from torch's by {parity.max_difference:.3g} "
            f"(at most {parity.tolerance:g})"
        )
    raise BadInput(
        Fault(
            f"the ONNX export of {job.tuned_folder}",
            f"a logit that differs from torch's by {parity.max_difference:.3g}",
            f"at most {parity.tolerance:g}",
            "Raise compression.tolerance if that much does no harm, or choose another model_ingestion.source.",
        )
    )
