"""Turns the source into the data set contract: read once, checked on the way, split, written."""

from collections.abc import Callable
from pathlib import Path

from components.contracts.dataset import Dataset, DataSource, Split
from components.contracts.events import Progress
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.folders import sha256_of_mapping, whole_folder, write_manifest
from components.contracts.tracking import StepRun
from components.data_ingestion.assignment import assign
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.file_records import read_records
from components.data_ingestion.given_splits import files_to_read
from components.data_ingestion.identity import md5_of_listing, md5_of_stream
from components.data_ingestion.locate import locate
from components.data_ingestion.row_faults import RowFaults
from components.data_ingestion.source import Source, SourceFile
from components.data_ingestion.split_files import write_splits
from components.data_ingestion.staging import Staging, staged_batches, staging
from components.data_ingestion.stream import Hashed


def ingest(source: DataSource, settings: DataIngestionSettings, folder: Path, run: StepRun) -> Dataset:
    """Write the data set contract to `folder`, and return its manifest.

    The source is read once: its rows are checked and staged beside the result, then dealt out to the splits. Memory
    holds a block of rows, and 11 bytes of each row.

    Args:
        source: the identity of the bytes, as `resolve` saw it.
        settings: the room's settings, the same that `resolve` had.
        folder: where the contract goes; replaced when it exists.
        run: the step's run in MLflow.

    Raises:
        BadInput: the source changed since `resolve`, or its rows cannot be used; all faults at once.
        Unavailable: a server does not answer.
        Unwritable: the folder cannot be written.

    """
    found = locate(settings, source.git_revision)
    with whole_folder(folder) as partial:
        staged_rows = partial / "staged.arrow"
        with staging(staged_rows, [file.name for file in found.files], settings) as staged:
            _stage(found, source, settings, staged, partial / "spooled.parquet")
        splits, labels, left_out = assign(staged, settings)
        files = write_splits(partial, staged_batches(staged_rows), splits)
        staged_rows.unlink()
        dataset = Dataset(
            task="text-classification",
            columns={"text": settings.text_column, "label": settings.label_column},
            labels=labels,
            splits=files,
            source=source,
            seed=settings.seed,
            left_out=left_out,
            content_sha256=sha256_of_mapping({"labels": labels, **{name: file.sha256 for name, file in files.items()}}),
        )
        write_manifest(partial, dataset)
    _track(dataset, folder, run)
    return dataset


def _stage(found: Source, source: DataSource, settings: DataIngestionSettings, staged: Staging, spare: Path) -> None:
    progress = Progress("bytes", source.size)
    bad = RowFaults()
    faults: list[Fault] = []
    md5s: dict[str, str] = {}
    to_read = files_to_read(found)
    if settings.split_column and any(split for _, split in to_read):
        way_out = "Leave it empty: the files' names say the splits."
        faults.append(Fault("data_ingestion.split_column", settings.split_column, "one way to name splits", way_out))
    for file, split in to_read:
        try:
            md5s[file.name] = _stage_file(file, split, settings, staged, bad, spare, progress.advance)
        except BadInput as refusal:
            faults.extend(refusal.faults)
    faults += bad.faults()
    refuse_if_any(faults or staged.faults())
    _refuse_changed(found, source, md5s)


def _stage_file(
    file: SourceFile,
    split: Split | None,
    settings: DataIngestionSettings,
    staged: Staging,
    bad: RowFaults,
    spare: Path,
    advance: Callable[[int], None],
) -> str:
    """Stage the rows of one file, and return the MD5 of its bytes."""
    with file.open() as stream:
        raw = Hashed(stream, advance)
        for records in read_records(raw, file.name, settings, bad, spare):
            staged.add(records, file.name, split, bad)
        return raw.md5()


def _refuse_changed(found: Source, source: DataSource, md5s: dict[str, str]) -> None:
    for file in found.files:
        if file.name not in md5s:  # a file without rows belongs to the folder's identity too
            with file.open() as stream:
                md5s[file.name] = md5_of_stream(stream)
    md5 = md5_of_listing(md5s) if found.is_folder else md5s[found.files[0].name]
    if md5 != source.md5:
        way_out = "It was changed while the pipeline ran: run again."
        raise BadInput(Fault(found.place, f"md5 {md5}", f"md5 {source.md5}, as it was looked up", way_out))


def _track(dataset: Dataset, folder: Path, run: StepRun) -> None:
    run.params(
        {
            "data_source": dataset.source.uri,
            "data_repository": dataset.source.repository,
            "data_git_revision": dataset.source.git_revision,
            "data_md5": dataset.source.md5,
            "data_content_sha256": dataset.content_sha256,
            "labels": len(dataset.labels),
            "data_seed": dataset.seed,
        }
    )
    run.metrics(counts_of(dataset))
    run.file(folder / dataset.FILE)


def counts_of(dataset: Dataset) -> dict[str, float]:
    """Return how many labels and rows there are, and how many rows were left out, by reason."""
    return {
        "labels": len(dataset.labels),
        **{f"rows_{split}": file.rows for split, file in dataset.splits.items()},
        **{f"left_out_{reason}": rows for reason, rows in dataset.left_out.items()},
    }
