"""Tell of a drift that was measured: MLflow, the registered model's tag, Prometheus, and on an alarm the webhook."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.drift import Drift
from components.contracts.events import tell
from components.contracts.folders import read_manifest, write_text_whole
from components.contracts.tracking import StepRun, answering
from components.drift_monitoring.config import DriftSettings
from components.drift_monitoring.metrics import metrics_of
from components.drift_monitoring.webhook import post

if TYPE_CHECKING:
    from mlflow import MlflowClient

TAG = "bessemer.drift"
"""The registered model's tag that says what was found last; retraining reads it."""
_LONGEST = 1000
"""Characters of a reason: MLflow keeps 5,000 of a whole tag."""


def announce(client: "MlflowClient", folder: Path, settings: DriftSettings, run: StepRun) -> Drift:
    """Tell everybody who asked, the one that may fail last; a webhook that does not answer is a warning.

    Args:
        client: of the registry.
        folder: the drift contract.
        settings: where Prometheus's file goes as well.
        run: the step's MLflow run; what is told stands on the pipeline's as well.

    Raises:
        BadInput: there is no drift contract.
        Unavailable: the registry does not answer.
        Unwritable: Prometheus's file has no place.

    """
    drift = read_manifest(folder, Drift)
    for target in {run.run_id, run.parent_id}:
        _log(drift, folder, replace(run, run_id=target))
    _tag(client, drift, run.parent_id)
    if settings.textfile_folder:
        text = (folder / Drift.EXPOSITION).read_text(encoding="utf-8")
        write_text_whole(Path(settings.textfile_folder) / f"bessemer_drift_{drift.name}.prom", text)
    sentences = [drift.why] if drift.alarm else []
    if drift.alarm and (trouble := post(_message(drift, run.parent_id))):
        sentences.append(trouble)
        print(trouble, file=sys.stderr)
    if sentences:
        tell("warned", room="drift_monitoring", detail="announcement", sentences=sentences)
    return drift


def _log(drift: Drift, folder: Path, run: StepRun) -> None:
    run.params({"model": drift.name, "version": drift.version, "batch": drift.batch.source, "alpha": drift.alpha})
    run.tags({"drift": "alarm" if drift.alarm else "none", "batch_sha256": drift.batch.sha256})
    run.metrics({f"drift/{name}": value for name, value in metrics_of(drift).items()})
    for name in (Drift.FILE, Drift.PAGE, Drift.EXPOSITION):
        run.file(folder / name, "drift")


def _tag(client: "MlflowClient", drift: Drift, run_id: str) -> None:
    why = drift.why[:_LONGEST]
    value = {"alarm": drift.alarm, "time": time.time(), "version": drift.version, "run_id": run_id, "why": why}
    with answering():
        client.set_registered_model_tag(drift.name, TAG, json.dumps(value))


def _message(drift: Drift, run_id: str) -> dict[str, object]:
    """Return what the webhook is told: no text of the batch."""
    return {
        "event": "drift",
        "model": drift.name,
        "version": drift.version,
        "why": drift.why,
        "drifted": [test.name for test in drift.tests if test.drifted],
        "rows": drift.batch.rows,
        "batch_sha256": drift.batch.sha256,
        "run_id": run_id,
        "time": time.time(),
    }
