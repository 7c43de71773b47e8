"""The whole way on this machine: raw rows to a registered model, again with nothing to do, after each change."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.conftest import labelled_texts
from tests.mlflow_here import mlflow_server
from tests.pipelines import runs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    runs.write_reviews(path, labelled_texts(400, seed=1))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, reviews: Path) -> tuple[Path, runs.Ended]:
    """A home in which `smoke` ran once, to be copied by tests that change something."""
    home = tmp_path_factory.mktemp("home") / "home"
    ended = runs.run(home, "smoke", *settings(reviews))
    assert ended.exit_code == 0, ended.said
    return home, ended


def settings(reviews: Path, *more: str) -> list[str]:
    fixed = [
        f"data_ingestion.source={reviews}",
        "data_ingestion.max_rows=0",
        "recipes=[int8-dynamic]",
        "evaluation.threads=1",
    ]
    values = [*fixed, *more]
    return [word for value in values for word in ("--set", value)]


@pytest.fixture
def home(built: tuple[Path, runs.Ended]) -> Path:
    """The home of the first run. Tests that use it run the same preset again; each adds to it, none spoils it."""
    return built[0]


def test_every_room_works_once_and_the_model_is_registered(built: tuple[Path, runs.Ended]) -> None:
    home, ended = built
    loop = [f"{room}/{recipe}" for recipe in ("baseline", "int8-dynamic") for room in ("compression", "evaluation")]
    assert sorted(ended.worked) == sorted([*runs.ROOMS[:4], *loop, "selection", "reporting", "registration"])
    assert "registered" in ended.said
    assert "smoke version 1, alias challenger" in ended.said
    assert runs.registry(home).get_model_version_by_alias("smoke", "challenger").version in (1, "1")
    assert_its_evidence_is_whole(home)


def test_the_run_is_one_tree_in_mlflow(built: tuple[Path, runs.Ended]) -> None:
    client = runs.registry(built[0])
    experiment = client.get_experiment_by_name("smoke")
    found = client.search_runs([experiment.experiment_id])
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    first = min(parents, key=lambda run: run.info.start_time)
    children = [run for run in found if run.data.tags.get("mlflow.parentRunId") == first.info.run_id]
    assert {run.info.run_name.split("/")[0] for run in children} == set(runs.ROOMS)
    assert {run.info.status for run in [first, *children]} == {"FINISHED"}


def test_nothing_is_printed_by_libraries(built: tuple[Path, runs.Ended]) -> None:
    for noise in ("Warning", "INFO", "Traceback", "it/s"):
        assert noise not in built[1].said


def test_a_second_run_does_no_work_and_shows_the_same_table(home: Path, reviews: Path) -> None:
    before = len(runs.versions(home))
    again = runs.run(home, "smoke", *settings(reviews))
    assert again.exit_code == 0
    assert again.worked == []
    assert "int8-dynamic" in again.said
    assert len(runs.versions(home)) == before


def test_a_changed_budget_re_runs_only_the_choice_and_the_registration(home: Path, reviews: Path) -> None:
    ended = runs.run(home, "smoke", *settings(reviews, "selection.max_mib=500"))
    assert ended.exit_code == 0, ended.said
    assert ended.worked == ["selection", "reporting", "registration"]
    assert_its_evidence_is_whole(home)


def assert_its_evidence_is_whole(home: Path) -> None:
    """The newest version's run shows everything about it, whatever was cached."""
    client = runs.registry(home)
    version = client.get_model_version_by_alias("smoke", "challenger")
    run_id = version.tags["mlflow_parent_run"]
    plots = {entry.path for entry in client.list_artifacts(run_id, "plots")}
    assert plots >= {"plots/confusion.png", "plots/training_curve.html"}
    assert {entry.path for entry in client.list_artifacts(run_id)} >= {"run_report.html", "model_card.md"}
    assert "choice/frontier.png" in {entry.path for entry in client.list_artifacts(run_id, "choice")}
    run = client.get_run(run_id)
    assert run.data.metrics["accuracy"] == pytest.approx(float(version.tags["accuracy"].split()[0]), abs=0.001)
    assert [entry.dataset.name for entry in run.inputs.dataset_inputs] == ["reviews.csv"]
    for tag in ("recipe", "data_md5", "base_model", "base_sha256", "dataset_sha256", "git_revision", "pipeline_run"):
        assert version.tags[tag], tag


def test_a_run_that_is_given_is_joined_and_left_open(home: Path, reviews: Path) -> None:
    client = runs.registry(home)
    given = client.create_run(client.create_experiment("given")).info
    ended = runs.run(home, "smoke", *settings(reviews, "selection.max_mib=400"), MLFLOW_RUN_ID=given.run_id)
    assert ended.exit_code == 0, ended.said
    found = client.search_runs([given.experiment_id])
    below = [run.info.run_name for run in found if run.data.tags.get("mlflow.parentRunId") == given.run_id]
    assert sorted(below) == ["registration", "reporting", "selection"]
    assert client.get_run(given.run_id).info.status == "RUNNING"


def test_what_was_registered_elsewhere_is_registered_here_too(home: Path, reviews: Path, tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path}/other.db"
    ended = runs.run(home, "smoke", *settings(reviews), MLFLOW_TRACKING_URI=elsewhere)
    assert ended.exit_code == 0, ended.said
    assert ended.worked == ["registration"]
    assert MlflowClient(elsewhere, elsewhere).get_model_version_by_alias("smoke", "challenger")


def test_a_recipe_more_re_runs_that_candidate_alone_and_a_recipe_less_none(home: Path, reviews: Path) -> None:
    more = runs.run(home, "smoke", *settings(reviews, "recipes=[onnx-fp32, int8-dynamic]"))
    assert more.exit_code == 0, more.said
    assert more.worked == ["compression/onnx-fp32", "evaluation/onnx-fp32", "selection", "reporting", "registration"]
    less = runs.run(home, "smoke", *settings(reviews, "recipes=[onnx-fp32]"))
    assert less.exit_code == 0, less.said
    assert less.worked == ["selection", "reporting", "registration"]


def test_nothing_qualifies_ends_as_failed_with_the_table_and_registers_nothing(home: Path, reviews: Path) -> None:
    before = len(runs.versions(home))
    ended = runs.run(home, "smoke", *settings(reviews, "selection.max_mib=0.001"))
    assert ended.exit_code == 65
    assert "Traceback" not in ended.said
    assert "int8-dynamic" in ended.said
    assert "nothing is registered" in ended.said.lower()
    client = runs.registry(home)
    tried = client.search_runs([client.get_experiment_by_name("smoke").experiment_id], "status = 'FAILED'")
    assert any("run_report.html" in {entry.path for entry in client.list_artifacts(run.info.run_id)} for run in tried)
    assert len(runs.versions(home)) == before


def test_editing_a_rooms_code_re_runs_that_room_and_what_follows(home: Path, reviews: Path, tmp_path: Path) -> None:
    for name in ("components", "pipelines"):
        shutil.copytree(runs.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    edited = tmp_path / "components" / "evaluation" / "config.py"
    edited.write_text(edited.read_text() + "\n# edited\n")
    ended = runs.run(home, "smoke", *settings(reviews), code=tmp_path)
    assert ended.exit_code == 0, ended.said
    evaluations = [f"evaluation/{recipe}" for recipe in ("baseline", "int8-dynamic")]
    assert ended.worked == [*evaluations, "selection", "reporting", "registration"]


def test_a_changed_row_re_runs_everything_that_saw_the_data(home: Path, reviews: Path) -> None:
    kept = reviews.read_bytes()
    pairs = labelled_texts(400, seed=1)
    runs.write_reviews(reviews, [(pairs[0][0] + " indeed", pairs[0][1]), *pairs[1:]])
    try:
        ended = runs.run(home, "smoke", *settings(reviews))
    finally:
        reviews.write_bytes(kept)
    assert ended.exit_code == 0, ended.said
    assert [room for room in runs.ROOMS if any(worked.startswith(room) for worked in ended.worked)] == [
        room for room in runs.ROOMS if room != "model_ingestion"
    ]


def test_ctrl_c_in_each_step_leaves_no_version_and_the_next_run_goes_on(tmp_path: Path, reviews: Path) -> None:
    home = tmp_path / "home"
    details = {"compression": "int8-dynamic", "evaluation": "int8-dynamic"}
    pending = {(room, details.get(room, "")) for room in runs.ROOMS}

    def started_a_pending_step(event: dict[str, object]) -> bool:
        return event["event"] == "started" and (event["room"], event["detail"]) in pending

    while pending:  # kfp.local's order of rooms that do not depend on each other differs from run to run
        ended = runs.interrupt_when(home, ["smoke", *settings(reviews)], started_a_pending_step)
        step = next((event["room"], event["detail"]) for event in ended.events if started_a_pending_step(event))
        assert ended.exit_code == 130, (step, ended.said)
        assert "Traceback" not in ended.said, step
        assert "/".join(filter(None, step)) not in ended.worked
        assert list(runs.versions(home)) == [], step
        pending.remove(step)
    ended = runs.run(home, "smoke", *settings(reviews))
    assert ended.exit_code == 0, ended.said
    assert "registration" in ended.worked
    assert not {"data_ingestion", "fine_tuning"} & set(ended.worked)
    assert len(runs.versions(home)) == 1


def test_a_tracking_server_that_is_down_at_the_start_is_a_sentence(tmp_path: Path, reviews: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    ended = runs.run(
        tmp_path,
        "smoke",
        *settings(reviews),
        MLFLOW_TRACKING_URI=f"http://lead:hunter2@127.0.0.1:{port}",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    assert ended.exit_code == 69
    assert f"the MLflow server at http://127.0.0.1:{port}" in ended.said
    assert "hunter2" not in ended.said
    assert "Traceback" not in ended.said


def test_data_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    ended = runs.run(tmp_path, "smoke", *settings(tmp_path / "absent.csv"))
    assert ended.exit_code == 65
    assert "absent.csv" in ended.said
    assert "Traceback" not in ended.said
    assert "defect" not in ended.said


def test_a_tracking_server_that_dies_in_the_middle_is_a_sentence_and_the_next_run_goes_on(
    home: Path, reviews: Path, tmp_path: Path
) -> None:
    trains = settings(reviews, "fine_tuning.seed=11")
    with mlflow_server(tmp_path / "server") as server:
        where = {"MLFLOW_TRACKING_URI": server.uri, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
        process, _ = start_until_fine_tuning(home, trains, **where)
        server.kill()
        ended = runs.wait(home, process)
    assert ended.exit_code == 69
    assert f"the MLflow server at {server.uri}" in ended.said
    assert "Traceback" not in ended.said
    assert "registration" not in ended.worked
    again = runs.run(home, "smoke", *trains)
    assert again.exit_code == 0, again.said
    assert again.worked[0] == "fine_tuning"


def start_until_fine_tuning(home: Path, trains: list[str], **more: str) -> tuple["subprocess.Popen[str]", int]:
    """Start a run that trains, and return it with the process of its fine-tuning once that has begun."""
    before = set((home / "runs").glob("*"))
    process = runs.start(home, "smoke", *trains, **more)
    while process.poll() is None:
        for event in runs.events(home) if set((home / "runs").glob("*")) - before else ():
            if event["event"] == "started" and event["room"] == "fine_tuning":
                return process, event["pid"]
        time.sleep(0.02)
    raise AssertionError(process.communicate()[0])


def test_a_step_that_is_killed_is_a_sentence_and_the_next_run_goes_on(home: Path, reviews: Path) -> None:
    trains, before = settings(reviews, "fine_tuning.seed=12"), len(runs.versions(home))
    process, step = start_until_fine_tuning(home, trains)
    os.kill(step, signal.SIGKILL)
    ended = runs.wait(home, process)
    assert ended.exit_code == 69
    assert "fine tuning could not go on" in ended.said
    assert "killed from outside, mostly because memory ran out" in ended.said
    assert len(runs.versions(home)) == before
    again = runs.run(home, "smoke", *trains)
    assert again.exit_code == 0, again.said
    assert again.worked[0] == "fine_tuning"


def test_a_second_ctrl_c_ends_everything_at_once(home: Path, reviews: Path) -> None:
    before = len(runs.versions(home))
    process, step = start_until_fine_tuning(home, settings(reviews, "fine_tuning.seed=13"))
    os.kill(step, signal.SIGSTOP)  # it will not heed the first one
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    ended = runs.wait(home, process)
    assert ended.exit_code == 130
    assert "Traceback" not in ended.said
    time.sleep(0.5)
    assert not Path(f"/proc/{step}").exists() or "Z" in Path(f"/proc/{step}/stat").read_text().split()[2]
    assert len(runs.versions(home)) == before


def test_a_full_disk_below_the_whole_run_is_a_sentence(tmp_path: Path, reviews: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        ended = runs.run(disk, "smoke", *settings(reviews))
        assert ended.exit_code == 73, ended.said
        assert "no space left on the device" in ended.said
        assert "Traceback" not in ended.said
        assert list(runs.versions(disk)) == []
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
