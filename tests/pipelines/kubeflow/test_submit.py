import re
import threading
from pathlib import Path

import pytest

from pipelines import preset
from pipelines.jobs import GRAPHS
from pipelines.kubeflow.connect import connect
from pipelines.kubeflow.submit import ensure_experiment, ensure_version, package
from tests.pipelines.kubeflow.conftest import Bessemer
from tests.pipelines.kubeflow.kfp_api import KubeflowApi, serving

PIPELINE = "build-model"


def test_a_run_starts_with_the_arguments_of_the_preset(api: KubeflowApi, bessemer: Bessemer, host: str) -> None:
    done = bessemer("submit", "smoke", "--set", "fine_tuning.epochs=2", "--experiment", "tries")
    assert done.exit_code == 0, done.output
    (run,) = api.runs.values()
    assert run["runtime_config"]["parameters"] == preset.load("smoke", ["fine_tuning.epochs=2"]).arguments()
    assert re.fullmatch(r"smoke \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", run["display_name"])
    assert [experiment["display_name"] for experiment in api.experiments.values()] == ["tries"]
    assert f"run {run['run_id']}" in done.output
    assert f"{host}/#/runs/details/{run['run_id']}" in done.output


def test_the_second_time_everything_is_found(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("submit", "smoke")
    api.requests.clear()
    done = bessemer("submit", "intent")
    assert done.exit_code == 0, done.output
    assert [line for line in api.requests if line.startswith("POST")] == ["POST /apis/v2beta1/runs"]
    assert (len(api.pipelines), len(api.versions), len(api.experiments), len(api.runs)) == (1, 1, 1, 2)


def test_other_code_is_another_version_of_the_same_pipeline(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("submit", "smoke")
    for version in api.versions.values():
        version["display_name"] = version["name"] = "of older code"
    bessemer("submit", "smoke")
    assert (len(api.pipelines), len(api.versions)) == (1, 2)


@pytest.mark.slow
def test_every_pipeline_is_brought_there_once(api: KubeflowApi, bessemer: Bessemer) -> None:
    for _ in range(2):
        done = bessemer("upload")
        assert done.exit_code == 0, done.output
    names = sorted(pipeline["name"] for pipeline in api.pipelines.values())
    assert names == sorted(graph.replace("_", "-") for graph in GRAPHS)
    assert len(api.versions) == len(GRAPHS)
    assert not api.runs


def test_an_experiment_is_found_among_many(api: KubeflowApi, bessemer: Bessemer) -> None:
    for number in range(2 * api.page_limit + 1):
        for namespace in ("other", "team"):
            api.keep(api.experiments, "experiment_id", {"display_name": str(number), "namespace": namespace})
    bessemer("submit", "smoke", "--experiment", "4")
    (run,) = api.runs.values()
    assert api.experiments[run["experiment_id"]]["display_name"] == "4"
    assert api.experiments[run["experiment_id"]]["namespace"] == "team"


def test_two_at_once_make_everything_once(api: KubeflowApi, host: str) -> None:
    both = threading.Barrier(2)
    server = connect(host, "team")
    found = []

    def submit() -> None:
        both.wait()
        found.append(ensure_version(server, compiled))

    with package() as compiled:
        threads = [threading.Thread(target=submit) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(api.pipelines) == len(api.versions) == len(set(found)) == 1


def test_a_pipeline_of_somebody_else_is_left_alone(api: KubeflowApi, bessemer: Bessemer) -> None:
    theirs = {"pipeline_id": "p", "name": PIPELINE, "display_name": PIPELINE, "namespace": "team", "tags": {}}
    api.pipelines["p"] = theirs
    done = bessemer("submit", "smoke")
    assert done.exit_code == 65
    assert f"the pipeline {PIPELINE}: found one that something else made" in done.stderr
    assert not api.versions


def test_a_name_that_is_taken_where_we_cannot_look_is_a_sentence(api: KubeflowApi, bessemer: Bessemer) -> None:
    body = '{"code": 6, "message": "Already exist error: the name build-model already exist in shared"}'
    api.failures["POST /apis/v2beta1/pipelines"] = (409, body)
    done = bessemer("submit", "smoke")
    assert done.exit_code == 65
    assert "something of that name already (409: Already exist error: the name build-model already exist" in done.stderr


def test_the_package_has_the_name_and_the_tasks_of_the_graph() -> None:
    with package() as compiled:
        text = compiled.path.read_text()
        again = compiled.version
    assert f"\n  name: {PIPELINE}\n" in text
    assert compiled.tasks["resolve-settings"] is compiled.tasks["fine-tune"] is False
    assert compiled.tasks["compress-model"] is True
    assert not any(name.startswith("for-loop") for name in compiled.tasks)
    with package() as compiled:
        assert compiled.version == again


@pytest.mark.parametrize("namespace", ["", "team"])
def test_a_server_for_a_single_user_knows_no_namespace(namespace: str) -> None:
    api = KubeflowApi(namespaces=())
    with serving(api) as host:
        server = connect(host, namespace)
        assert ensure_experiment(server, "tries") == ensure_experiment(server, "tries")
    assert [experiment["namespace"] for experiment in api.experiments.values()] == [""]


def test_how_we_sign_in_is_nowhere_but_in_the_headers(
    api: KubeflowApi, bessemer: Bessemer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    api.token, api.cookie = "token-of-mel", "session=cookie-of-mel"
    monkeypatch.setenv("KF_PIPELINES_TOKEN", api.token)
    monkeypatch.setenv("KF_PIPELINES_COOKIES", api.cookie)
    caplog.set_level("DEBUG")
    accepted = bessemer("submit", "smoke")
    api.token = "another"
    refused = bessemer("submit", "smoke")
    assert (accepted.exit_code, refused.exit_code) == (0, 65)
    left = [accepted.output, refused.output, caplog.text, *api.requests, str(api.runs), str(api.specs)]
    assert not [text for text in left if "-of-mel" in text]


def test_faults_of_the_preset_are_told_before_anything_is_sent(api: KubeflowApi, bessemer: Bessemer) -> None:
    done = bessemer("submit", "smoke", "--set", "fine_tuning.epoks=1")
    assert done.exit_code == 65
    assert "Did you mean epochs?" in done.stderr
    assert bessemer("submit", "smok").exit_code == 65
    assert api.requests == []


def test_what_lies_on_this_machine_alone_is_refused_before_anything_is_sent(
    api: KubeflowApi, bessemer: Bessemer, tmp_path: Path
) -> None:
    done = bessemer("submit", "sentiment", "--set", f"model_ingestion.source={tmp_path}")
    assert done.exit_code == 65
    assert "data_ingestion.repository: found ., a path of this machine; expected s3://…, package://…" in done.stderr
    assert f"model_ingestion.source: found {tmp_path}, a path of this machine" in done.stderr
    lies_here = bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--set", "data_ingestion.source=rows.csv")
    assert "data_ingestion.source: found rows.csv, a path of this machine" in lies_here.stderr
    assert api.requests == []


def test_a_run_has_the_placement_of_the_deployment(api: KubeflowApi, bessemer: Bessemer, tmp_path: Path) -> None:
    placement = tmp_path / "placement.yaml"
    placement.write_text("fine_tuning: {node_selector: {disk: fast}}")
    assert bessemer("submit", "smoke", "--placement", str(placement)).exit_code == 0
    assert bessemer("submit", "smoke").exit_code == 0
    assert len(api.versions) == 2
    placement.write_text("fine_tuning: {gpu: 1}")
    assert "Did you mean gpus?" in bessemer("submit", "smoke", "--placement", str(placement)).stderr
