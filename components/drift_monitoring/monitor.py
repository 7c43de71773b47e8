"""Monitor a model: the subject in, the drift contract with its page out. It tells nobody; that is for `announce`."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from components.contracts.address import without_password
from components.contracts.drift import Batch, Drift
from components.contracts.folders import whole_folder, write_manifest, write_text_whole
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.drift_monitoring.compare import Compared, compare
from components.drift_monitoring.config import DriftSettings
from components.drift_monitoring.exposition import exposition
from components.drift_monitoring.inputs import new_tokens
from components.drift_monitoring.page import render
from components.drift_monitoring.registered import fetch_candidate, fetch_reference
from components.drift_monitoring.representation import Representation
from components.drift_monitoring.sample import Sample, batch_sample, reference_sample
from components.drift_monitoring.source import fetch_file
from components.drift_monitoring.subject import Subject, refuse_other_bytes
from components.drift_monitoring.texts import Columns, Rows, read_texts

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SHOWN_TOKENS = 20


def monitor(
    client: "MlflowClient", subject: Subject, columns: Columns, settings: DriftSettings, folder: Path, page: Path
) -> Drift:
    """Compare the batch with the version's reference and write what was found.

    Args:
        client: of the registry.
        subject: which version and which bytes.
        columns: where the batch has its texts and labels.
        settings: how sure an alarm has to be.
        folder: becomes the drift contract, with the page and what Prometheus reads.
        page: where the page goes once more, as a file of its own.

    Raises:
        BadInput: the batch, the version or its reference cannot be used.
        Unavailable: a server does not answer.
        Unwritable: `folder` cannot be written.

    """
    with TemporaryDirectory(prefix="bessemer-") as scratch:
        candidate = fetch_candidate(client, subject, _made(scratch, "candidate"))
        held_out = fetch_reference(client, subject, _made(scratch, "reference"))
        classifier = OnnxTextClassifier(candidate)
        file = fetch_file(subject.texts, _made(scratch, "batch"))
        refuse_other_bytes(subject, file)
        rows = read_texts(file, columns, classifier.labels)
        representation = Representation(candidate, classifier)
        reference = reference_sample(held_out, classifier, representation)
        batch = batch_sample(_some(rows, settings), classifier, representation)
    drift = _drift(subject, len(rows.texts), (reference, batch), settings, classifier)
    with whole_folder(folder) as partial:
        html = render(drift)
        write_text_whole(partial / Drift.PAGE, html)
        write_text_whole(partial / Drift.EXPOSITION, exposition(drift))
        write_manifest(partial, drift)
    write_text_whole(page, html)
    return drift


def _made(scratch: str, name: str) -> Path:
    folder = Path(scratch) / name
    folder.mkdir()
    return folder


def _some(rows: Rows, settings: DriftSettings) -> Rows:
    """Return a seeded sample of the rows, in their order; all of them where there are no more."""
    every = range(len(rows.texts))
    places = sorted(random.Random(settings.seed).sample(every, min(len(every), settings.rows)))
    return Rows([rows.texts[place] for place in places], [rows.labels[place] for place in places])


def _drift(
    subject: Subject,
    rows: int,
    samples: tuple[Sample, Sample],
    settings: DriftSettings,
    classifier: OnnxTextClassifier,
) -> Drift:
    reference, batch = samples
    compared = compare(reference, batch, classifier.labels, settings.alpha, settings.seed)
    labelled = sum(label is not None for label in batch.labels)
    new = [classifier.tokenizer.id_to_token(token) or "" for token in new_tokens(reference, batch, _SHOWN_TOKENS)]
    return Drift(
        name=subject.name,
        version=subject.version,
        candidate_sha256=subject.candidate_sha256,
        batch=Batch(without_password(subject.texts), subject.batch_sha256, rows, len(batch), labelled),
        reference_rows=len(reference),
        alpha=settings.alpha,
        alarm=compared.alarm,
        why=_why(compared, settings.alpha),
        tests=compared.tests,
        label_shares={
            label: (_share(reference.predicted, label), _share(batch.predicted, label)) for label in classifier.labels
        },
        accuracy_difference=compared.accuracy_difference,
        new_tokens=new,
        strangest=compared.strangest,
    )


def _share(predicted: list[str], label: str) -> float:
    return float(np.mean([said == label for said in predicted]))


def _why(compared: Compared, alpha: float) -> str:
    drifted = [test.name.replace("_", " ") for test in compared.tests if test.drifted]
    if drifted:
        return f"{', '.join(drifted)} drifted ({len(drifted)} of {len(compared.tests)} tests)"
    return f"none of {len(compared.tests)} tests found drift, at a rate of false alarms of {alpha:.3g} in all"
