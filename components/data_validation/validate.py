"""Judges a data set before anything is trained on it."""

import shutil
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from components.contracts.dataset import read_dataset
from components.contracts.events import tell
from components.contracts.faults import refuse_if_any
from components.contracts.folders import sha256_of, whole_folder, write_manifest, write_text_whole
from components.contracts.model import BaseModel, read_model
from components.contracts.tracking import StepRun
from components.contracts.validation import Validation
from components.data_validation.config import DataValidationSettings
from components.data_validation.data_docs import data_docs
from components.data_validation.examples import examples_of
from components.data_validation.expectations import SCHEMA, checks
from components.data_validation.findings import Shown, counts_of, fault_of, finding_of
from components.data_validation.judge import judge
from components.data_validation.lengths import load_tokenizer
from components.data_validation.measure import measure, measure_columns
from components.data_validation.personal_data import check_region
from components.data_validation.rows import column_types, read_rows


def validate(
    dataset: Path, base: Path, settings: DataValidationSettings, folder: Path, docs: Path, run: StepRun
) -> Validation:
    """Judge the data set in `dataset` and write what was found, with its Data Docs.

    Args:
        dataset: the folder of the data set contract.
        base: the folder of the base model, whose tokenizer measures the texts.
        settings: what is expected, and how severely.
        folder: where the validation contract goes; nothing is written there when a hard expectation fails.
        docs: where the Data Docs go, one HTML file; written in any case.
        run: the step's run, which gets the numbers and the Data Docs in any case.

    Returns:
        The validation that was written.

    Raises:
        BadInput: every hard expectation that failed, with examples; or the data set or the tokenizer cannot be read.
        Unwritable: the outputs cannot be written.

    """
    region = settings.phone_numbers.region
    check_region(region)
    manifest = read_dataset(dataset)
    model = read_model(base, BaseModel)
    tokenizer = load_tokenizer(base)
    types = column_types(dataset, manifest)
    rows, measured = None, measure_columns(types)
    judgement = judge(measured, [SCHEMA])
    if judgement.outcomes[0].passed:
        rows = read_rows(dataset, manifest)
        measured = measure(rows, types, tokenizer, settings)
        judgement = judge(measured, checks(settings, model.max_positions))
    shown = [Shown(outcome, examples_of(outcome, measured, rows, region)) for outcome in judgement.outcomes]
    counts = counts_of(measured, judgement.outcomes)
    write_text_whole(docs, data_docs(manifest, model, shown, measured, judgement, region))
    run.params(_flat(settings))
    run.metrics(counts)
    _log_page(docs, run)
    refuse_if_any(fault_of(one) for one in shown if one.stops)
    tell("warned", room="data_validation", detail="", sentences=[str(fault_of(one)) for one in shown if one.warns])
    validation = Validation(
        dataset_sha256=manifest.content_sha256,
        tokenizer_sha256=sha256_of(base / "tokenizer.json"),
        findings=[finding_of(outcome) for outcome in judgement.outcomes],
        counts=counts,
    )
    with whole_folder(folder) as partial:
        write_manifest(partial, validation)
    return validation


def _flat(settings: DataValidationSettings) -> dict[str, str | int | float]:
    return {
        f"data_validation.{name}.{key}": value
        for name, section in asdict(settings).items()
        for key, value in section.items()
    }


def _log_page(docs: Path, run: StepRun) -> None:
    """Log the page under a name that MLflow shows as one; KFP gives its own file none."""
    with TemporaryDirectory() as scratch:
        page = Path(scratch) / "data_docs.html"
        shutil.copyfile(docs, page)
        run.file(page)
