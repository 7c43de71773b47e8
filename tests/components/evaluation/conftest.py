"""Scorecards of the tiny candidates, each made once."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun, step_run
from components.evaluation.config import EvaluationSettings
from components.evaluation.evaluate import evaluate
from components.evaluation.worker import QUICK_PYTHON
from pipelines.empty_database import empty_database

QUICK = EvaluationSettings(
    sizes=((1, 8), (2, 128)), seconds_per_size=0.01, min_calls=3, warm_up_calls=1, length_bands=(8, 16)
)


@dataclass(frozen=True)
class Evaluated:
    card: Scorecard
    folder: Path
    report: Path
    run: StepRun
    asked_of_quick_python: str = ""


@pytest.fixture(scope="session")
def onnx_evaluated(
    tmp_path_factory: pytest.TempPathFactory,
    onnx_candidate_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
) -> Evaluated:
    place = tmp_path_factory.mktemp("onnx")
    quick = place / "python"
    quick.write_text(f'#!/bin/sh\necho "$@" >> {place}/asked\nexec {sys.executable} "$@"\n')
    quick.chmod(0o700)
    shutil.copy(empty_database(), place / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(QUICK_PYTHON, str(quick))
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{place}/mlflow.db")
        patch.delenv("MLFLOW_RUN_ID", raising=False)
        patch.chdir(place)
        with step_run("evaluation/onnx-fp32") as run:
            card = evaluate(
                onnx_candidate_folder, tuned_folder, dataset_folder, QUICK, place / "card", place / "report.html", run
            )
    return Evaluated(card, place / "card", place / "report.html", run, (place / "asked").read_text())


@pytest.fixture(scope="session")
def baseline_evaluated(
    tmp_path_factory: pytest.TempPathFactory, baseline_folder: Path, tuned_folder: Path, dataset_folder: Path
) -> Evaluated:
    place = tmp_path_factory.mktemp("torch")
    run = StepRun()
    card = evaluate(baseline_folder, tuned_folder, dataset_folder, QUICK, place / "card", place / "report.html", run)
    return Evaluated(card, place / "card", place / "report.html", run)
