"""The graph, and `bessemer monitor` as a user and as a scheduler give it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.drift_monitoring.announce import TAG
from pipelines.jobs import graph_of, monitor_job
from tests.components.drift_monitoring.conftest import (  # noqa: F401 - fixtures
    batch,
    classifier,
    drifted_batch,
    films,
    reference_folder,
    registered,
    representation,
)
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
from tests.pipelines.runs import ROOT, environment


def test_looking_and_telling_are_never_cached() -> None:
    tasks = graph_of("monitor_model").pipeline_spec.root.dag.tasks
    cached = {name: task.caching_options.enable_cache for name, task in tasks.items()}
    assert cached == {"resolve-batch": False, "measure-drift": True, "announce-drift": False}
    assert tasks["announce-drift"].dependent_tasks == ["measure-drift"]


def test_a_job_names_every_parameter_of_the_graph() -> None:
    job = monitor_job("sentiment", "texts.csv", "", ("text", "label"), {"alpha": 0.01})
    assert set(job.arguments) == set(graph_of(job.pipeline).pipeline_spec.root.input_definitions.parameters)
    assert job.sources == ["texts.csv"]


def monitor(home: Path, uri: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pipelines", "monitor", "sentiment", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(home, MLFLOW_TRACKING_URI=uri, PYTHONPATH=str(ROOT), COLUMNS="200"),
    )


@pytest.mark.slow
def test_an_alarm_is_a_result_and_an_exit_code_for_who_asks(
    registered: MlflowClient,  # noqa: F811
    drifted_batch: Path,  # noqa: F811
    batch: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    uri = registered.tracking_uri
    first = monitor(tmp_path / "home", uri, "--texts", str(drifted_batch))
    assert first.returncode == 0, first.stdout + first.stderr
    assert "drift in version 1 of sentiment:" in first.stdout
    told = json.loads(registered.get_registered_model("sentiment").tags[TAG])
    assert told["alarm"] is True
    assert registered.get_run(told["run_id"]).data.metrics["drift/alarm"] == 1

    again = monitor(tmp_path / "home", uri, "--texts", str(drifted_batch), "--fail-on-alarm")
    assert again.returncode == 3, again.stdout + again.stderr
    assert "unchanged" in again.stdout, "the same batch is not measured twice"
    assert json.loads(registered.get_registered_model("sentiment").tags[TAG])["time"] > told["time"]

    quiet = monitor(tmp_path / "home", uri, "--texts", str(batch), "--label-column", "label", "--fail-on-alarm")
    assert quiet.returncode == 0, quiet.stdout + quiet.stderr
    assert "no drift in version 1 of sentiment" in quiet.stdout
    assert json.loads(registered.get_registered_model("sentiment").tags[TAG])["alarm"] is False


@pytest.mark.slow
def test_what_cannot_be_monitored_is_a_sentence(registered: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    ended = monitor(tmp_path / "home", registered.tracking_uri, "--texts", str(tmp_path / "no.csv"))
    assert ended.returncode == 65
    assert "no.csv: found No such file or directory" in ended.stdout + ended.stderr
    other = monitor(tmp_path / "home", registered.tracking_uri, "--texts", "x.csv", "--set", "evaluation.threads=1")
    assert other.returncode == 65
    assert "--set evaluation: found another room's" in other.stderr
