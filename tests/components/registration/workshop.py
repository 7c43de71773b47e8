"""The artifacts of a finished run, on tiny real models."""

import functools
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.candidate import read_candidate
from components.contracts.choice import Choice, Verdict
from components.contracts.dataset import read_dataset, read_split
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.contracts.model import BaseModel, TunedModel
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.scorecard import Interval, Latency, Machine, Scorecard, Slice
from components.contracts.validation import Validation
from components.registration.config import RegistrationSettings
from components.registration.evidence import Inputs

SETTINGS = RegistrationSettings("sentiment", description="Says whether a review is fresh.", license="Apache-2.0")
TEXTS = ["a lovely warm film", "a dull cold story with its cast", "", "ünïcödé 🎬 " * 40]


@dataclass(frozen=True)
class Workshop:
    """Makes the artifacts of runs that end in one choice or another."""

    folder: Path
    base: Path
    tuned: Path
    dataset: Path
    baseline: Path
    onnx: Path

    def inputs(self, chosen: str = "onnx-fp32") -> Inputs:
        """Return what registration is given when `chosen` was chosen; no candidate was when it is empty."""
        content = read_dataset(self.dataset).content_sha256
        answers = self.folder / "predictions.parquet"
        pq.write_table(predictions(self.onnx, self.dataset), answers)
        measured = content, sha256_of(answers)
        cards = [_scorecard(self.baseline, *measured, 8.0), _scorecard(self.onnx, *measured, 2.0)]
        verdicts = [
            _verdict(cards[0], chosen == "baseline", "p95 is 12.0 ms, at most 5 allowed"),
            _verdict(cards[1], bool(chosen), "the drop is 2.5 points, at most 1 allowed."),
        ]
        curve = self.folder / "curve"
        curve.write_text("<!doctype html><title>training curve</title>")
        report = self.folder / "report"
        report.write_text("<!doctype html><title>run report</title>")
        return Inputs(
            choice=_write_choice(self.folder / f"choice-{chosen}", chosen, verdicts),
            base=self.base,
            tuned=self.tuned,
            dataset=self.dataset,
            validation=self.folder / "validation",
            curve=curve,
            report=report,
            candidates=(self.baseline, self.onnx),
            scorecards=tuple(
                self._write_scorecard(self.folder / f"card-{chosen}-{card.recipe}", card) for card in cards
            ),
        )

    def _write_scorecard(self, folder: Path, card: Scorecard) -> Path:
        folder.mkdir()
        (folder / Scorecard.CONFUSION).write_bytes(b"\x89PNG\r\n\x1a\n")
        shutil.copy(self.folder / "predictions.parquet", folder)
        write_manifest(folder, card)
        return folder


@functools.cache
def predictions(candidate: Path, dataset: Path) -> pa.Table:
    """Return what evaluation would write of the candidate's answers to the rows of the test split."""
    rows = read_split(dataset, read_dataset(dataset), "test")
    model = OnnxTextClassifier(candidate)
    probabilities = model.probabilities(rows["text"].to_pylist())
    return pa.table(
        {
            "row": rows["row"],
            "label": rows["label"],
            "predicted": pa.array([model.labels[place] for place in probabilities.argmax(axis=1)], pa.string()),
            "probabilities": pa.array(list(probabilities), pa.list_(pa.float32())),
        }
    )


def furnish(folder: Path, base: Path, tuned: Path, dataset: Path, baseline: Path, onnx: Path) -> Workshop:
    """Return a workshop whose tuned model says that it came from `base`, and whose data set was validated."""
    shutil.copytree(tuned, folder / "tuned")
    identity = read_manifest(base, BaseModel).sha256
    write_manifest(folder / "tuned", replace(read_manifest(tuned, TunedModel), base_sha256=identity))
    (folder / "validation").mkdir()
    content = read_dataset(dataset).content_sha256
    write_manifest(folder / "validation", Validation(content, "0" * 64, [], {"rows": 380}))
    return Workshop(folder, base, folder / "tuned", dataset, baseline, onnx)


def _scorecard(candidate: Path, dataset_sha256: str, predictions_sha256: str, p50: float) -> Scorecard:
    contract = read_candidate(candidate)
    return Scorecard(
        recipe=contract.recipe,
        candidate_sha256=sha256_of(candidate / "candidate.json"),
        applied=contract.applied,
        dataset_sha256=dataset_sha256,
        split="test",
        rows=80,
        labels=contract.labels,
        accuracy=Interval(0.9125, 0.85, 0.9625, 0.95),
        macro_f1=Interval(0.91, 0.84, 0.96, 0.95),
        calibration_error=0.04,
        confusion=[[38, 4], [3, 35]],
        slices=[Slice("label=fresh", 42, 0.9, 0.9)],
        latency=[Latency(1, 32, 1, 100, p50, p50 * 1.5, p50 * 2, 1000 / p50)],
        reference_latency=[Latency(1, 32, 1, 100, 8.0, 9.0, 10.0, 125.0)],
        bytes_on_disk=17 * 2**20,
        peak_memory_mib=120.0,
        machine=Machine("a processor", 2, 1, "Linux"),
        predictions_sha256=predictions_sha256,
    )


def _verdict(card: Scorecard, qualifies: bool, reason: str) -> Verdict:
    return Verdict(card.recipe, qualifies, [reason], Interval(0.5, -0.5, 1.5, 0.95), card)


def _write_choice(folder: Path, chosen: str, verdicts: list[Verdict]) -> Path:
    folder.mkdir()
    (folder / "frontier.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "report.html").write_text("<!doctype html><title>choice</title>")
    why = "It is the fastest that meets every budget." if chosen else "No candidate meets every budget."
    write_manifest(folder, Choice(chosen, why, "fastest", {"max_p95_ms": 5.0, "max_quality_drop": 1.0}, verdicts))
    return folder


def registry(client: MlflowClient) -> dict[str, object]:
    """Return what stands in the registry: of each model the versions with their marks, and the aliases."""
    return {
        model.name: (
            {
                int(version.version): version.tags.get("bessemer.unfinished", "")
                for version in client.search_model_versions(f"name = '{model.name}'")
            },
            {alias: int(version) for alias, version in model.aliases.items()},
        )
        for model in client.search_registered_models()
    }


def rewrite(folder: Path, manifest: str, **changes: object) -> Path:
    """Change values in the JSON file of a contract."""
    path = folder / manifest
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


@pytest.fixture
def workshop(
    tmp_path: Path,
    base_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
    baseline_folder: Path,
    onnx_candidate_folder: Path,
) -> Workshop:
    """Return a place that makes the artifacts of runs."""
    folders = base_folder, tuned_folder, dataset_folder, baseline_folder, onnx_candidate_folder
    return furnish(tmp_path / "artifacts", *folders)


@pytest.fixture
def inputs(workshop: Workshop) -> Inputs:
    """Return the inputs of a run in which onnx-fp32 was chosen."""
    return workshop.inputs()
