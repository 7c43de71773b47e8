"""What a version leaves behind for its judges: some of its answers, and which texts it has learned from."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.contracts.dataset import Dataset, Split, iterate_split, read_dataset, read_split
from components.contracts.faults import BadInput, Fault
from components.contracts.folders import check_files, sha256_of, write_manifest
from components.contracts.reference import HELD_OUT_SCHEMA, TRAINING_TEXTS_SCHEMA, Reference, text_key
from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun
from components.registration.evidence import Evidence

MOST_ROWS = 2000
_SEED = 0
_PREDICTIONS = "predictions.parquet"


def record_reference(evidence: Evidence, dataset: Path, run: StepRun, inherited: bytes = b"") -> None:
    """Log the reference contract on the step's run, which the version will name.

    Args:
        evidence: the chosen candidate and its scorecard.
        dataset: the data set's folder.
        run: the step's run.
        inherited: the keys of the texts that the versions before have learned from, one after the other.

    Raises:
        BadInput: the predictions are not those that were measured, or not of these rows.
        Unavailable: the tracking server does not answer.

    """
    with TemporaryDirectory() as folder:
        write_reference(evidence, dataset, Path(folder), inherited)
        for path in sorted(Path(folder).iterdir()):
            run.file(path, Reference.FOLDER)


def write_reference(evidence: Evidence, dataset: Path, folder: Path, inherited: bytes = b"") -> Reference:
    """Write the reference contract of the chosen candidate into `folder`, which is there.

    Args:
        evidence: the chosen candidate and its scorecard.
        dataset: the data set's folder.
        folder: what the contract goes into.
        inherited: the keys of the texts that the versions before have learned from, one after the other.

    Raises:
        BadInput: the predictions are not those that were measured, or not of these rows.

    """
    data, card = read_dataset(dataset), evidence.scorecard
    check_files(evidence.scorecard_folder, {_PREDICTIONS: card.predictions_sha256})
    held_out = _sample(_answered_rows(dataset, data, card, evidence.scorecard_folder / _PREDICTIONS))
    pq.write_table(held_out, folder / Reference.HELD_OUT)
    pq.write_table(_training_texts(dataset, data, inherited), folder / Reference.TRAINING_TEXTS)
    reference = Reference(
        candidate_sha256=evidence.candidate_sha256,
        dataset_sha256=data.content_sha256,
        split=card.split,
        rows=held_out.num_rows,
        labels=evidence.candidate.labels,
        max_tokens=evidence.candidate.max_tokens,
        files={name: sha256_of(folder / name) for name in (Reference.HELD_OUT, Reference.TRAINING_TEXTS)},
    )
    write_manifest(folder, reference)
    return reference


def _answered_rows(dataset: Path, data: Dataset, card: Scorecard, predictions: Path) -> pa.Table:
    """Return text, label, predicted and probabilities of the measured rows: those that have a text and a label."""
    split = read_split(dataset, data, cast(Split, card.split))
    rows = split.filter(pc.and_(pc.is_valid(split["text"]), pc.is_valid(split["label"])))
    answers = pq.read_table(predictions)
    if not (rows["row"].equals(answers["row"]) and rows["label"].equals(answers["label"])):
        found, expected = "rows that are not those of the data set", f"the rows of its {card.split} split, in order"
        way_out = "These come from different runs: hand over the artifacts of one run."
        raise BadInput(Fault(str(predictions), found, expected, way_out))
    return (
        rows.select(["text", "label"])
        .append_column("predicted", answers["predicted"])
        .append_column("probabilities", answers["probabilities"])
    )


def _sample(rows: pa.Table) -> pa.Table:
    """Return at most `MOST_ROWS` of them as a table of `HELD_OUT_SCHEMA`, in their order."""
    places = sorted(random.Random(_SEED).sample(range(rows.num_rows), min(rows.num_rows, MOST_ROWS)))
    kept = rows.take(places)
    confidences = [max(probabilities) for probabilities in kept["probabilities"].to_pylist()]
    columns = [*(kept[name] for name in ("text", "label", "predicted")), pa.array(confidences, pa.float32())]
    return pa.table(columns, schema=HELD_OUT_SCHEMA)


def _training_texts(dataset: Path, data: Dataset, inherited: bytes) -> pa.Table:
    """Return the keys of all texts that training or its stopping has ever seen; those of now pass by in batches."""
    keys = bytearray(inherited)
    for split in ("train", "validation"):
        for batch in iterate_split(dataset, data, split):
            keys += b"".join(text_key(text) for text in batch.column("text").to_pylist() if text is not None)
    distinct = np.unique(np.frombuffer(keys, dtype=">u8"))  # big-endian, so that numbers stand in the order of bytes
    column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(8), len(distinct), [None, pa.py_buffer(distinct.tobytes())])
    return pa.table([column], schema=TRAINING_TEXTS_SCHEMA)
