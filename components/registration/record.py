"""What the MLflow runs show: parameters, metrics, plots and the data set, on the step's run and the pipeline's."""

import json
import shutil
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.entities import Dataset as DatasetEntity
from mlflow.entities import DatasetInput, InputTag
from mlflow.exceptions import MlflowException

from components.contracts.candidate import Candidate
from components.contracts.dataset import Dataset
from components.contracts.folders import write_manifest, write_text_whole
from components.contracts.model import TunedModel
from components.contracts.registration import ASKED
from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun, answering
from components.registration.card_page import CARD_PAGE, card_page
from components.registration.evidence import Evidence, Inputs
from components.registration.lineage import lineage, measurements, parameters

_DIGEST_LENGTH = 36  # what MLflow's database holds of a digest; the whole hash is a tag beside it


def record(evidence: Evidence, inputs: Inputs, run: StepRun) -> None:
    """Log everything about the chosen candidate on the step's run, and what a table of runs needs on the pipeline's.

    Args:
        evidence: the chosen candidate.
        inputs: whose files are logged with it.
        run: the step's run.

    Raises:
        Unavailable: the tracking server does not answer.

    """
    whole = replace(run, run_id=run.parent_id)
    for target in {run.run_id: run, whole.run_id: whole}.values():
        target.params(parameters(evidence))
        target.metrics(measurements(evidence))
        target.tags(lineage(evidence, run))
        for path in sorted(path for path in inputs.choice.iterdir() if path.is_file()):
            target.file(path, "choice")
        _log_plots(target, evidence, inputs)
        _log_dataset(target, evidence.dataset)
    _log_scorecards(run, evidence)
    _log_asked(run, evidence)
    run.file(evidence.candidate_folder / Candidate.FILE, "candidate")
    for name in (TunedModel.FILE, *evidence.tuned.files):  # what a later training or comparison starts from
        run.file(inputs.tuned / name, TunedModel.FOLDER)
    run.file(inputs.validation / "validation.json", "validation")
    run.file(inputs.dataset / "dataset.json", "dataset")


def record_card(card: Path, run: StepRun) -> None:
    """Log the model card on the step's run and on the pipeline's, as Markdown and as a page.

    Raises:
        Unavailable: the tracking server does not answer.

    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / CARD_PAGE
        write_text_whole(page, card_page(card.read_text(encoding="utf-8")))
        for run_id in {run.run_id, run.parent_id}:
            for file in (card, page):
                replace(run, run_id=run_id).file(file)


def _log_plots(run: StepRun, evidence: Evidence, inputs: Inputs) -> None:
    """Log what cached steps have drawn too: their own runs lie below an earlier run of the pipeline."""
    run.file(evidence.scorecard_folder / Scorecard.CONFUSION, "plots")
    with tempfile.TemporaryDirectory() as folder:
        # KFP gives an artifact's file no ending, and MLflow shows a page only by its ending
        run.file(Path(shutil.copy(inputs.curve, Path(folder) / "training_curve.html")), "plots")
        run.file(Path(shutil.copy(inputs.report, Path(folder) / "run_report.html")))


def _log_asked(run: StepRun, evidence: Evidence) -> None:
    if evidence.asked:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ASKED
            write_text_whole(path, json.dumps(evidence.asked, indent=2, sort_keys=True) + "\n")
            run.file(path)


def _log_scorecards(run: StepRun, evidence: Evidence) -> None:
    """Log the scorecard of every candidate, also of those that were not chosen."""
    with tempfile.TemporaryDirectory() as folder:
        for verdict in evidence.choice.verdicts:
            write_manifest(Path(folder), verdict.scorecard)
            path = (Path(folder) / verdict.scorecard.FILE).rename(Path(folder) / f"{verdict.recipe}.json")
            run.file(path, "scorecards")


def _log_dataset(run: StepRun, dataset: Dataset) -> None:
    """Name the data set by where it came from and its content; its rows are not copied."""
    source = _source(dataset.source.uri)
    rows = {split: file.rows for split, file in dataset.splits.items()}
    entity = DatasetEntity(
        name=Path(dataset.source.uri).name,
        digest=dataset.content_sha256[:_DIGEST_LENGTH],
        source_type=source._get_source_type(),
        source=source.to_json(),
        profile=json.dumps({"rows": rows, "labels": len(dataset.labels)}),
    )
    tags = {
        "mlflow.data.context": "training, validation and test",
        "content_sha256": dataset.content_sha256,
        "git_revision": dataset.source.git_revision,
        "md5": dataset.source.md5,
    }
    entry = DatasetInput(entity, [InputTag(key, value) for key, value in tags.items() if value])
    if run.client:
        with answering():
            try:
                run.client.log_inputs(run.run_id, [entry])
            except MlflowException as error:
                if "unique" not in str(error).lower():
                    raise
                # another run named the same data set for the first time just then: now it is there
                run.client.log_inputs(run.run_id, [entry])


def _source(uri: str) -> DatasetSource:
    """Return a source that `mlflow.data.get_source` loads from, or the mere name where MLflow knows no such scheme."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it finds its own source for local files twice, and says so
            return resolve_dataset_source(uri)
    except MlflowException:
        return CodeDatasetSource({"mlflow.source.name": uri})
