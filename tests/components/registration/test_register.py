"""Registering a candidate: what stands in MLflow afterwards, and that nothing does when it is broken off."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable, Unwritable
from components.contracts.folders import read_manifest, sha256_of
from components.contracts.journal import Journal
from components.contracts.registration import CANDIDATE, Registration
from components.contracts.tracking import StepRun, step_run
from components.registration.evidence import Inputs
from components.registration.register import register
from components.registration.registry import make_model
from tests.components.registration.registering import register_here
from tests.components.registration.workshop import SETTINGS, Workshop, registry
from tests.mlflow_here import Server
from tests.processes import start

ONE_VERSION = {"sentiment": ({1: ""}, {"challenger": 1})}


def test_the_chosen_candidate_becomes_the_challenger(
    inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert registry(client) == ONE_VERSION
    assert read_manifest(tmp_path / "registration", Registration) == result
    assert (result.model_uri, result.alias, result.recipe) == ("models:/sentiment/1", "challenger", "onnx-fp32")
    version = client.get_model_version_by_alias("sentiment", "challenger")
    assert version.tags == result.tags
    assert version.run_id == result.run_id == run.run_id
    assert "**onnx-fp32**" in version.description
    (challenged,) = Journal(client, "challengers", "sentiment").entries()
    assert challenged.values["candidate"] == version.tags[CANDIDATE]
    assert challenged.values["evidence"] == sha256_of(inputs.choice / "choice.json")
    assert (challenged.values["why"], challenged.values["tracked"]) == (
        "It is the fastest that meets every budget.",
        run.run_id,
    )
    assert client.get_registered_model("sentiment").description == SETTINGS.description
    assert capfd.readouterr() == ("", "")


def test_no_candidate_within_the_budgets_registers_nothing(
    workshop: Workshop, run: StepRun, client: MlflowClient, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refusal:
        register(workshop.inputs(chosen=""), SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    baseline, onnx = map(str, refusal.value.faults)
    assert baseline.startswith(
        "candidate baseline: found p95 is 12.0 ms, at most 5 allowed; expected a candidate within"
    )
    assert "candidate onnx-fp32: found the drop is 2.5 points, at most 1 allowed; expected" in onnx
    assert "Nothing is registered" in onnx
    assert registry(client) == {}
    assert client.search_logged_models([run.experiment_id]) == []
    assert not (tmp_path / "registration").exists()


@pytest.mark.slow
def test_the_same_candidate_of_the_same_run_is_registered_once(
    inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path
) -> None:
    first = register(inputs, SETTINGS, tmp_path / "first", tmp_path / "card", run)
    with step_run("registration") as again:
        second = register(inputs, SETTINGS, tmp_path / "second", tmp_path / "card", again)
    assert first == second
    assert registry(client) == ONE_VERSION


@pytest.mark.slow
def test_another_run_adds_a_version_that_a_repeated_call_leaves_alone(
    inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(inputs, SETTINGS, tmp_path / "first", tmp_path / "card", run)
    monkeypatch.setenv("MLFLOW_RUN_ID", client.create_run(run.experiment_id).info.run_id)
    with step_run("registration") as other:
        second = register(inputs, SETTINGS, tmp_path / "second", tmp_path / "card", other)
    assert second.version == 2
    assert registry(client) == {"sentiment": ({1: "", 2: ""}, {"challenger": 2})}
    assert register(inputs, SETTINGS, tmp_path / "third", tmp_path / "card", run).version == 1
    assert registry(client) == {"sentiment": ({1: "", 2: ""}, {"challenger": 2})}


def test_without_a_tracking_server_there_is_nowhere_to_register(inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"MLFLOW_TRACKING_URI: found nothing; expected the address of an MLflow"):
        register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", StepRun())


def test_passwords_of_the_server_stay_out_of_the_contract(
    inputs: Inputs, run: StepRun, tracking: str, tmp_path: Path
) -> None:
    inside = StepRun(MlflowClient(tracking), run.run_id, run.parent_id, run.experiment_id)
    assert register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", inside).tracking_uri == tracking


# what breaks off in the middle


@pytest.fixture
def broken_database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Yield the tracking database: a trigger in it makes MLflow's own writes fail."""
    with sqlite3.connect(tmp_path / "mlflow.db", timeout=30) as database:
        yield database


@pytest.mark.parametrize(
    "event",
    [
        pytest.param("INSERT ON registered_models", marks=pytest.mark.slow),
        "INSERT ON model_versions",
        pytest.param("INSERT ON model_version_tags", marks=pytest.mark.slow),
        "INSERT ON registered_model_aliases",
    ],
)
def test_a_refused_write_leaves_an_empty_registry(
    event: str, inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path, broken_database: sqlite3.Connection
) -> None:
    broken_database.execute(f"CREATE TRIGGER broken BEFORE {event} BEGIN SELECT RAISE(ABORT, 'no more'); END")
    broken_database.commit()
    with pytest.raises(Unavailable, match="the MLflow server at"):
        register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert registry(client) == {}
    assert client.search_logged_models([run.experiment_id]) == []
    assert not (tmp_path / "registration").exists()


@pytest.mark.parametrize(
    "event",
    [
        pytest.param("DELETE ON model_version_tags", marks=pytest.mark.slow),
        pytest.param("UPDATE ON registered_model_aliases", marks=pytest.mark.slow),
    ],
)
def test_a_refused_write_leaves_the_former_challenger(
    event: str,
    inputs: Inputs,
    run: StepRun,
    client: MlflowClient,
    tmp_path: Path,
    broken_database: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(inputs, SETTINGS, tmp_path / "first", tmp_path / "card", run)
    broken_database.execute(f"CREATE TRIGGER broken BEFORE {event} BEGIN SELECT RAISE(ABORT, 'no more'); END")
    broken_database.commit()
    monkeypatch.setenv("MLFLOW_RUN_ID", client.create_run(run.experiment_id).info.run_id)
    with step_run("registration") as other, pytest.raises(Unavailable, match="no more"):
        register(inputs, SETTINGS, tmp_path / "second", tmp_path / "card", other)
    assert registry(client) == ONE_VERSION


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 1 MiB."""
    folder = tmp_path / "full"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_under_the_output_leaves_the_registry_alone(
    inputs: Inputs, run: StepRun, client: MlflowClient, full_disk: Path, tmp_path: Path
) -> None:
    with (full_disk / "filling").open("wb") as file, pytest.raises(OSError, match="No space"):
        file.write(b"\0" * 2**21)
    with pytest.raises(Unwritable, match=r"registration\.json: found no space left on the device"):
        register(inputs, SETTINGS, full_disk / "registration", tmp_path / "card", run)
    assert registry(client) == {}


def test_a_full_disk_under_the_model_store_leaves_the_registry_alone(
    workshop: Workshop, client: MlflowClient, full_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = client.create_experiment("full", str(full_disk))
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment)
    with step_run("registration") as run, pytest.raises(Unwritable, match="no space left on the device"):
        register(workshop.inputs(), SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert registry(client) == {}
    assert not (tmp_path / "registration").exists()


def broken_off(inputs: Inputs, output: Path, function: str, by: int) -> tuple[int | None, str]:
    """Return how a process ended that gets the signal when it calls `function`, and what it wrote to stderr."""
    said = output.with_name("stderr")
    process = start(register_here, inputs, output, function, by, stderr=said)
    process.join()
    return process.exitcode, said.read_text()


STEPS = [
    "log_model",
    "make_model",
    "make_version",
    "write_manifest",
    "finish_version",
    "set_registered_model_alias",
    "delete_model_version_tag",
]


def challengers(client: MlflowClient) -> list[tuple[int | None, int | None]]:
    """Return where the noted moves say that the alias was and is."""
    entries = Journal(client, "challengers", "sentiment").entries()
    return [(entry.values["from"], entry.values["to"]) for entry in entries]


@pytest.mark.slow
@pytest.mark.parametrize("function", STEPS)
def test_an_interrupt_leaves_the_registry_alone(
    function: str, inputs: Inputs, pipeline_run: str, client: MlflowClient, tmp_path: Path
) -> None:
    exit_code, said = broken_off(inputs, tmp_path / "registration", function, signal.SIGINT)
    assert exit_code == 130, said
    assert "Traceback" not in said
    assert registry(client) == {}
    assert challengers(client) in ([], [(None, 1), (1, None)])
    assert not (tmp_path / "registration").exists()


@pytest.mark.slow
@pytest.mark.parametrize("function", STEPS)
def test_what_a_kill_leaves_the_next_attempt_finishes(
    function: str, inputs: Inputs, pipeline_run: str, client: MlflowClient, tmp_path: Path
) -> None:
    assert broken_off(inputs, tmp_path / "registration", function, signal.SIGKILL)[0] == -9
    assert not (tmp_path / "registration").exists()
    with step_run("registration") as run:
        result = register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert registry(client) == {"sentiment": ({1: ""}, {"challenger": 1})}
    assert challengers(client) == [(None, 1)]
    assert result.version == 1


@pytest.mark.slow
@pytest.mark.parametrize("function", ["finish_version", "set_registered_model_alias", "delete_model_version_tag"])
def test_what_a_kill_leaves_another_run_clears(
    function: str,
    inputs: Inputs,
    pipeline_run: str,
    client: MlflowClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken_off(inputs, tmp_path / "registration", function, signal.SIGKILL)
    ((versions, aliases),) = registry(client).values()  # type: ignore[misc]
    assert list(versions) == [1]
    assert versions[1]
    monkeypatch.setenv("MLFLOW_RUN_ID", client.create_run(client.get_run(pipeline_run).info.experiment_id).info.run_id)
    with step_run("registration") as run:
        register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    kept = {1: "", 2: ""} if aliases else {2: ""}
    assert registry(client) == {"sentiment": (kept, {"challenger": 2})}
    moved = {
        "finish_version": [(None, 2)],
        "set_registered_model_alias": [(None, 1), (1, None), (None, 2)],
        "delete_model_version_tag": [(None, 1), (1, 2)],
    }
    assert challengers(client) == moved[function]


# a server


@pytest.mark.slow
def test_two_registrations_at_once_make_two_versions(
    workshop: Workshop, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = MlflowClient(server.uri)
    experiment = client.create_experiment("sentiment")
    started = []
    inputs = workshop.inputs()
    for number in range(3):
        run_id = client.create_run(experiment).info.run_id
        started.append(start(register_here, inputs, tmp_path / f"registration-{number}", MLFLOW_RUN_ID=run_id))
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    results = [read_manifest(tmp_path / f"registration-{number}", Registration) for number in range(3)]
    assert {result.version for result in results} == {1, 2, 3}
    ((versions, aliases),) = registry(client).values()  # type: ignore[misc]
    assert versions == {1: "", 2: "", 3: ""}
    assert aliases["challenger"] in versions


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle_is_a_sentence(
    workshop: Workshop, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill_then_make(*arguments: Any) -> None:
        server.kill()
        make_model(*arguments)

    monkeypatch.setattr("components.registration.register.make_model", kill_then_make)
    sentence = f"the MLflow server at {server.uri}: found no answer"
    with pytest.raises(Unavailable, match=sentence), step_run("registration") as run:
        register(workshop.inputs(), SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert not (tmp_path / "registration").exists()
