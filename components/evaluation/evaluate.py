"""Evaluate one candidate: contracts in, a scorecard with its evidence out."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.dataset import read_dataset
from components.contracts.folders import sha256_of, whole_folder, write_manifest, write_text_whole
from components.contracts.model import TunedModel, read_model
from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun
from components.evaluation.answers import check_finite, collect_answers
from components.evaluation.config import EvaluationSettings
from components.evaluation.confusion_plot import draw_confusion
from components.evaluation.held_out import HeldOut, check_that_they_fit, read_held_out
from components.evaluation.machine import describe_machine
from components.evaluation.quality import Quality, judge
from components.evaluation.report import render_report

PREDICTIONS = "predictions.parquet"
MIB = 1024 * 1024


def evaluate(
    candidate: Path, tuned: Path, dataset: Path, settings: EvaluationSettings, folder: Path, report: Path, run: StepRun
) -> Scorecard:
    """Measure the candidate and write its scorecard, its predictions and its confusion matrix.

    Args:
        candidate: the candidate's folder.
        tuned: the tuned model's folder: what the candidate was made from, and the reference of its speed-up.
        dataset: the data set's folder.
        settings: which rows, which input sizes, how long.
        folder: where the scorecard goes: `scorecard.json`, `predictions.parquet`, `confusion.png`.
        report: where the page for people goes, one self-contained HTML file.
        run: the step's MLflow run.

    Raises:
        BadInput: the three do not belong together, there is nothing to evaluate on, or the candidate does not answer.
        Unavailable: a measuring process was killed from outside.
        Unwritable: the scorecard has no place.

    """
    machine = describe_machine(settings.threads)
    subject, reference, data = read_candidate(candidate), read_model(tuned, TunedModel), read_dataset(dataset)
    check_that_they_fit(subject, reference, data)
    held_out = read_held_out(dataset, data, settings.split, subject, tuned / "tokenizer.json")
    rows = len(held_out.rows)
    run.params({"recipe": subject.recipe, "split": settings.split, "rows": rows, "threads": machine.threads})

    # opened before anything is measured: a place that cannot be written is said at once
    with whole_folder(folder) as partial:
        answers = collect_answers(candidate, subject, tuned, held_out, settings, machine.threads)
        way_out = "The recipe breaks this model: leave it out." if subject.files else "Tune the model again."
        check_finite(f"the candidate {subject.recipe}", answers.logits, held_out, way_out)
        quality = judge(answers.logits, held_out, subject.labels, settings)
        write_predictions(partial / PREDICTIONS, subject, held_out, quality)
        draw_confusion(
            quality.confusion, subject.labels, f"{subject.recipe}, {rows:,} rows", partial / Scorecard.CONFUSION
        )
        card = Scorecard(
            recipe=subject.recipe,
            candidate_sha256=sha256_of(candidate / Candidate.FILE),
            applied=subject.applied,
            dataset_sha256=data.content_sha256,
            split=settings.split,
            rows=rows,
            labels=subject.labels,
            accuracy=quality.accuracy,
            macro_f1=quality.macro_f1,
            calibration_error=quality.calibration_error,
            confusion=quality.confusion.tolist(),
            slices=quality.slices,
            latency=answers.latency,
            reference_latency=answers.reference_latency,
            bytes_on_disk=bytes_to_serve(candidate, subject, tuned, reference),
            peak_memory_mib=answers.peak_memory_mib,
            machine=machine,
            predictions_sha256=sha256_of(partial / PREDICTIONS),
        )
        write_manifest(partial, card)
    write_text_whole(report, render_report(card, held_out.left_out, folder / Scorecard.CONFUSION))
    run.metrics(metrics_of(card))
    run.file(folder / Scorecard.CONFUSION, "plots")
    run.file(report)
    return card


def write_predictions(path: Path, candidate: Candidate, held_out: HeldOut, quality: Quality) -> None:
    """Write a row a held-out row: row, label, predicted, probabilities (in the order of the candidate's labels)."""
    table = pa.table(
        {
            "row": pa.array(held_out.rows, pa.int64()),
            "label": pa.array(held_out.labels, pa.string()),
            "predicted": pa.array([candidate.labels[place] for place in quality.predicted], pa.string()),
            "probabilities": pa.array(list(quality.probabilities.astype(np.float32)), pa.list_(pa.float32())),
        }
    )
    pq.write_table(table, path)


def bytes_to_serve(candidate: Path, subject: Candidate, tuned: Path, reference: TunedModel) -> int:
    """Return the bytes of everything that is needed to serve the candidate: payload and manifest."""
    folder, names = (tuned, reference.files) if subject.runtime == "torch" else (candidate, subject.files)
    manifest = TunedModel.FILE if subject.runtime == "torch" else Candidate.FILE
    return sum((folder / name).stat().st_size for name in (*names, manifest))


def metrics_of(card: Scorecard) -> dict[str, float]:
    """Return the scorecard's numbers by name; a size is written as `batch x tokens`, the headline size without one."""
    headline = card.latency[0]
    return {
        "accuracy": card.accuracy.value,
        "accuracy_low": card.accuracy.low,
        "accuracy_high": card.accuracy.high,
        "macro_f1": card.macro_f1.value,
        "calibration_error": card.calibration_error,
        "p50_ms": headline.p50_ms,
        "p95_ms": headline.p95_ms,
        "p99_ms": headline.p99_ms,
        "speed_up": card.speed_up,
        "mib_on_disk": card.bytes_on_disk / MIB,
        "peak_memory_mib": card.peak_memory_mib,
        **{f"samples_per_second_{size.batch}x{size.tokens}": size.samples_per_second for size in card.latency},
        **{f"p50_ms_{size.batch}x{size.tokens}": size.p50_ms for size in card.latency[1:]},
    }


def recipe_of(candidate: Path) -> str:
    """Return the recipe in a candidate's manifest, to name the step by; empty when `evaluate` will refuse it."""
    try:
        return str(json.loads((candidate / Candidate.FILE).read_bytes())["recipe"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
