"""Recipe `int8-dynamic`: weights and embeddings in 8 bits, fewer of them where a model does not bear it."""

import onnx

from components.compression.calibration import Calibration
from components.compression.exact import Exact, write_exact
from components.compression.fuse import operators
from components.compression.job import Job, Made
from components.compression.onnx_file import MODEL, open_session, write_graph
from components.compression.parity import Reference, ask_torch, check_parity
from components.compression.quantize import plans, quantize
from components.compression.rows import validation_rows
from components.compression.sensitivity import rank
from components.compression.torch_model import load_classifier
from components.contracts.events import Progress


def make(job: Job) -> Made:
    """Write the tuned model quantized, as far down the ladder of `plans` as its answers on the calibration rows need.

    Raises:
        BadInput: there are no rows to check it on, or the export does not answer as torch does.

    """
    progress = Progress("stages", 3)
    rows = validation_rows(job)
    model = load_classifier(job.tuned_folder)
    reference = ask_torch(job, model, rows)
    calibration = Calibration(rows, job.tuned.pad_id, model)
    progress.advance(note="exporting and fusing")
    exact = write_exact(job, model, reference)
    del model
    progress.advance(note="quantizing")
    return _quantized(job, exact, reference, calibration, progress)


def _quantized(job: Job, exact: Exact, reference: Reference, calibration: Calibration, progress: Progress) -> Made:
    """Try the plans in order; the first whose damage is within the bounds is what remains in the folder."""
    path = job.folder / MODEL
    attempts = list(exact.attempts)
    for plan in plans(lambda: rank(exact.graph, calibration.rows.ids)):
        quantize(exact.graph, plan, path)
        session = open_session(path)
        damage = calibration.damage(session)
        sentence = f"{plan.words}: {damage.sentence(job.settings)}"
        if damage.is_within(job.settings):
            progress.advance(note=sentence)
            # for a quantized model the bound on quality stands where an exact one has its bound on logits
            parity = check_parity(session, reference, job.settings.max_calibration_drop)
            applied = f"{exact.applied}; {plan.words}"
            return Made("onnxruntime", applied, attempts, operators(onnx.load(path)), parity, damage.drop)
        attempts.append(f"{sentence}; given up")
        progress.total += 1
        progress.advance(note=attempts[-1])
    write_graph(exact.graph, path)
    progress.advance(note="back to fp32")
    applied = f"left in fp32: {exact.applied}"
    return Made("onnxruntime", applied, attempts, operators(exact.graph), exact.parity)
