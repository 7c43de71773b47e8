"""Twenty pipelines against one MLflow server at the same time: none is lost, none is mixed up with another.

What they have in common is MLflow, so each is here what a pipeline does there and nothing else: a KFP run of its own
whose steps, in a process of their own, open their runs, log to them and end them with the rooms' own code, and last a
real registration of a candidate of its own under the one name. What the steps work out in between touches no server.
"""

import os
import shutil
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.candidate import Candidate
from components.contracts.folders import sha256_of
from components.contracts.kubeflow_run import KFP_RUN_TAG, PARENT_TAG
from components.contracts.tracking import step_run
from components.registration.evidence import Inputs
from components.registration.register import register
from tests.components.registration.workshop import SETTINGS, furnish, rewrite
from tests.mlflow_here import Server, mlflow_server
from tests.processes import FORKED, start
from tests.servers import postgresql

pytestmark = pytest.mark.slow

PIPELINES = 20
STEPS = ("data_ingestion", "fine_tuning", "evaluation/onnx-fp32")


@pytest.fixture
def on_postgresql(tmp_path: Path, tracking: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server over PostgreSQL, as twenty at once are served; the environment names it as a deployment would."""
    with postgresql() as database, mlflow_server(tmp_path / "server", database.uri) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
        for name in [name for name in os.environ if name.startswith("MLFLOW_HTTP_REQUEST_")]:
            monkeypatch.delenv(name)
        yield server


def candidate_of_its_own(onnx: Path, folder: Path, number: int) -> Path:
    """Return a candidate with the model of `onnx`, which says that it is another."""
    shutil.copytree(onnx, folder, copy_function=os.link)
    (folder / Candidate.FILE).unlink()
    shutil.copy(onnx / Candidate.FILE, folder)
    return rewrite(folder, Candidate.FILE, applied=f"pipeline {number}")


def pipeline(number: int, inputs: Inputs, output: Path, together: Barrier) -> None:
    """Do what a pipeline does to MLflow."""
    os.environ["KFP_RUN_ID"] = f"run-{number}"
    together.wait()
    for step in STEPS:
        with step_run(step) as run:
            run.params({"pipeline": number})
            run.history([(row, {"number": number + row / 10}) for row in range(5)])
            note = output.with_name(f"note-{number}.txt")
            note.write_text(f"{step} of {number}")
            run.file(note)
    with step_run("registration") as run:
        register(inputs, SETTINGS, output, output.with_name("card"), run)


def test_twenty_pipelines_at_once(
    base_folder: Path,
    tuned_folder: Path,
    dataset_folder: Path,
    baseline_folder: Path,
    onnx_candidate_folder: Path,
    on_postgresql: Server,
    tmp_path: Path,
) -> None:
    together = FORKED.Barrier(PIPELINES)
    candidates = {}
    started = []
    for number in range(PIPELINES):
        folder = tmp_path / str(number)
        onnx = candidate_of_its_own(onnx_candidate_folder, folder / "onnx", number)
        candidates[f"run-{number}"] = sha256_of(onnx / Candidate.FILE)
        workshop = furnish(folder / "made", base_folder, tuned_folder, dataset_folder, baseline_folder, onnx)
        started.append(start(pipeline, number, workshop.inputs(), folder / "registration", together))
    for process in started:
        process.join(timeout=300)
    assert [process.exitcode for process in started] == [0] * PIPELINES

    client = MlflowClient(on_postgresql.uri)
    versions = client.search_model_versions("name = 'sentiment'")
    assert sorted(int(version.version) for version in versions) == list(range(1, PIPELINES + 1))
    assert {version.tags["pipeline_run"]: version.tags["candidate_sha256"] for version in versions} == candidates
    assert not [tag for version in versions for tag in version.tags if "unfinished" in tag]
    assert int(client.get_model_version_by_alias("sentiment", "challenger").version) in range(1, PIPELINES + 1)

    found = client.search_runs(["0"])
    assert len(found) == PIPELINES * (1 + len(STEPS) + 1)
    assert {run.info.status for run in found} == {"FINISHED"}
    for version in versions:
        name = version.tags["pipeline_run"]
        number = name.removeprefix("run-")
        (whole,) = (run for run in found if run.data.tags[KFP_RUN_TAG] == name and PARENT_TAG not in run.data.tags)
        steps = {run.info.run_name: run for run in found if run.data.tags.get(PARENT_TAG) == whole.info.run_id}
        assert set(steps) == {*STEPS, "registration"}
        assert version.tags["mlflow_parent_run"] == whole.info.run_id
        assert version.run_id == steps["registration"].info.run_id
        assert whole.data.params["applied"] == f"pipeline {number}"
        for step in STEPS:
            assert steps[step].data.params == {"pipeline": number}
            assert steps[step].data.metrics == {"number": int(number) + 0.4}
            path = client.download_artifacts(steps[step].info.run_id, f"note-{number}.txt")
            assert Path(path).read_text() == f"{step} of {number}"
