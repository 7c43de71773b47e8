"""Compare a challenger with the champion: both answer the same rows now, whatever was measured of them before."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.contracts.comparison import Comparison, Measured, Robustness
from components.contracts.contenders import Role
from components.contracts.dataset import Dataset, read_dataset
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of, whole_folder, write_manifest
from components.contracts.tracking import StepRun
from components.evaluation.config import EvaluationSettings
from components.evaluation.held_out import HeldOut, read_held_out
from components.evaluation.machine import describe_machine
from components.evaluation.quality import Quality, judge
from components.evaluation.rivals import Rival, read_rivals
from components.evaluation.robustness import disturb
from components.evaluation.seen import seen
from components.evaluation.slices import slices_of_rows
from components.evaluation.trial import Trial, try_rivals

DISTURBED_ROWS = 500
MIB = 1024 * 1024


def compare(contenders: Path, dataset: Path, settings: EvaluationSettings, folder: Path, run: StepRun) -> Comparison:
    """Measure the challenger and, where somebody reigns, the champion, and write the comparison and its predictions.

    Args:
        contenders: the folder of the contenders contract.
        dataset: the data set's folder.
        settings: which rows, which input sizes, how long.
        folder: where the comparison goes: `comparison.json`, `predictions.parquet`.
        run: the step's MLflow run.

    Raises:
        BadInput: the contenders are one model, or answer with other labels than the data's; no row is left that
            neither has learned from; or one of them does not answer.
        Unavailable: a measuring process was killed from outside.
        Unwritable: the comparison has no place.

    """
    machine, data = describe_machine(settings.threads), read_dataset(dataset)
    known, rivals = read_rivals(contenders, data)
    held_out, seen_rows = unseen_rows(dataset, data, settings, rivals)
    rows = len(held_out.rows)
    run.params({"model": known.name, "split": settings.split, "rows": rows, "threads": machine.threads})
    run.params({rival.role: rival.contender.version for rival in rivals})

    # opened before anything is measured: a place that cannot be written is said at once
    with whole_folder(folder) as partial:
        places = sorted(random.Random(settings.seed).sample(range(rows), min(rows, DISTURBED_ROWS)))
        disturbed = disturb([held_out.texts[place] for place in places], settings.seed)
        trials = try_rivals(rivals, held_out, disturbed, settings, machine.threads)
        labels = rivals[0].candidate.labels
        judged = {rival.role: judge(trials[rival.role].logits, held_out, labels, settings) for rival in rivals}
        measured = {
            rival.role: _measured(rival, trials[rival.role], judged[rival.role], held_out.truth, places)
            for rival in rivals
        }
        write_predictions(partial / Comparison.PREDICTIONS, labels, held_out, judged, settings)
        comparison = Comparison(
            name=known.name,
            ledger_entries=known.ledger_entries,
            dataset_sha256=data.content_sha256,
            split=settings.split,
            rows=rows,
            seen_rows=seen_rows,
            labels=labels,
            challenger=measured["challenger"],
            champion=measured.get("champion"),
            machine=machine,
            predictions_sha256=sha256_of(partial / Comparison.PREDICTIONS),
            served=known.served,
            faults=known.faults,
        )
        write_manifest(partial, comparison)
    run.metrics(metrics_of(comparison))
    run.file(folder / Comparison.FILE)
    return comparison


def unseen_rows(
    dataset: Path, data: Dataset, settings: EvaluationSettings, rivals: Sequence[Rival]
) -> tuple[HeldOut, int]:
    """Return the rows that neither has learned from, in the challenger's tokens, and how many were left out for it.

    Raises:
        BadInput: none is left.

    """
    challenger = rivals[0]
    tokenizer = challenger.folder / "tokenizer.json"
    held_out = read_held_out(dataset, data, settings.split, challenger.candidate, tokenizer)
    learned = seen(held_out.texts, [rival.learned for rival in rivals])
    if learned.all():
        found, expected = f"{len(learned)} rows, each learned by one of the two", "rows that neither has seen"
        way_out = "Name fresh rows as data_ingestion.source, or evaluate on the test split."
        raise BadInput(Fault(f"the {settings.split} split", found, expected, way_out))
    return held_out.only(np.flatnonzero(~learned).tolist()), int(learned.sum())


def _measured(
    rival: Rival, trial: Trial, quality: Quality, truth: NDArray[np.int64], places: Sequence[int]
) -> Measured:
    return Measured(
        version=rival.contender.version,
        candidate_sha256=rival.contender.candidate_sha256,
        recipe=rival.candidate.recipe,
        accuracy=quality.accuracy,
        macro_f1=quality.macro_f1,
        calibration_error=quality.calibration_error,
        slices=quality.slices,
        latency=trial.latency,
        bytes_on_disk=rival.bytes_on_disk,
        peak_memory_mib=trial.peak_memory_mib,
        robustness=robustness(trial, truth, places),
    )


def robustness(trial: Trial, truth: NDArray[np.int64], places: Sequence[int]) -> list[Robustness]:
    """Return how each disturbance goes, against the same rows undisturbed.

    Args:
        trial: what was measured of a model.
        truth: the index of each row's label, as (rows,).
        places: which rows were disturbed.

    """
    right = truth[list(places)]
    undisturbed = float((trial.logits[list(places)].argmax(axis=1) == right).mean())
    results = []
    for name, logits in trial.disturbed.items():
        accuracy = float((logits.argmax(axis=1) == right).mean())
        results.append(Robustness(name, accuracy, 100 * (undisturbed - accuracy)))
    return results


def write_predictions(
    path: Path, labels: Sequence[str], held_out: HeldOut, judged: dict[Role, Quality], settings: EvaluationSettings
) -> None:
    """Write a row a held-out row: row, label, slices, challenger, champion (null where nobody reigns)."""
    slices = slices_of_rows(held_out.labels, held_out.lengths, settings.length_bands)
    predicted = {role: [labels[place] for place in quality.predicted] for role, quality in judged.items()}
    nobody = pa.nulls(len(held_out.rows), pa.string())
    table = pa.table(
        {
            "row": pa.array(held_out.rows, pa.int64()),
            "label": pa.array(held_out.labels, pa.string()),
            "slices": pa.array(slices, pa.list_(pa.string())),
            "challenger": pa.array(predicted["challenger"], pa.string()),
            "champion": pa.array(predicted["champion"], pa.string()) if "champion" in predicted else nobody,
        }
    )
    pq.write_table(table, path)


def metrics_of(comparison: Comparison) -> dict[str, float]:
    """Return the numbers of both by name; latency at the headline size, in ms."""
    values: dict[str, float] = {"rows": comparison.rows, "seen_rows": comparison.seen_rows}
    for role, measured in (("challenger", comparison.challenger), ("champion", comparison.champion)):
        if measured:
            values |= {
                f"{role}_accuracy": measured.accuracy.value,
                f"{role}_macro_f1": measured.macro_f1.value,
                f"{role}_calibration_error": measured.calibration_error,
                f"{role}_p50_ms": measured.latency[0].p50_ms,
                f"{role}_p95_ms": measured.latency[0].p95_ms,
                f"{role}_mib_on_disk": measured.bytes_on_disk / MIB,
                f"{role}_peak_memory_mib": measured.peak_memory_mib,
                **{f"{role}_points_lost_to_{each.disturbance}": each.drop_points for each in measured.robustness},
            }
    return values
