import re
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from pipelines.placement import PLACED, load
from pipelines.sections import ROOMS


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def faults_of(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(BadInput) as refusal:
        load(path)
    return [str(fault).removeprefix(f"{path}:") for fault in refusal.value.faults]


def test_every_room_has_requests_and_limits_by_default() -> None:
    rooms = load().rooms
    assert list(rooms) == PLACED == ["settings", *ROOMS, "reporting", "drift_monitoring"]
    for name, room in rooms.items():
        assert all((room.cpu_request, room.cpu_limit, room.memory_request, room.memory_limit)), name


def test_latency_is_measured_on_cores_of_ones_own() -> None:
    room = load().rooms["evaluation"]
    assert (room.cpu_request, room.memory_request) == (room.cpu_limit, room.memory_limit)


def test_what_mostly_fails_by_its_input_is_not_tried_again() -> None:
    retried = {name for name, room in load().rooms.items() if room.retries}
    assert retried == set(PLACED) - {"settings", "data_validation", "selection"}


def test_a_file_is_laid_over_the_defaults_a_room_over_every_room(mine: Path) -> None:
    mine.write_text(
        "every_room:\n  retries: 5\n  environment: {A: everywhere, B: everywhere}\n"
        "fine_tuning:\n  retries: 9\n  cpu_limit: 8\n  environment: {B: here}\n"
    )
    placed = load(mine)
    tuning, validation = placed.rooms["fine_tuning"], placed.rooms["data_validation"]
    assert (tuning.retries, validation.retries) == (9, 5)
    assert tuning.environment == {"A": "everywhere", "B": "here"}
    assert validation.environment == {"A": "everywhere", "B": "everywhere"}
    assert (tuning.cpu_request, tuning.cpu_limit) == (load().rooms["fine_tuning"].cpu_request, "8")
    assert placed.run == load().run


def test_a_user_may_be_left_to_the_namespace(mine: Path) -> None:
    mine.write_text("every_room: {user: null, group: null}\n")
    assert {room.user for room in load(mine).rooms.values()} == {None}


def test_every_fault_of_a_file_at_once_with_its_line(mine: Path) -> None:
    faults = faults_of(
        mine,
        "run:\n"
        "  ttl_seconds: -1\n"
        "  workspace: {storage_class: fast}\n"
        "fine_tunning: {}\n"
        "every_room:\n"
        "  retrys: 3\n"
        "  user: 0\n"
        "  environment:\n"
        "    AWS_SECRET_ACCESS_KEY: abc\n"
        "    MLFLOW_TRACKING_URI: http://me:hunter2@mlflow\n"
        "fine_tuning:\n"
        "  cpu_request: 3\n"
        "  cpu_limit: 1500m\n"
        "  memory_limit: 8 GB\n"
        "  tolerations:\n"
        "    - {key: gpu, operator: Like}\n"
        "evaluation: big\n",
    )
    places = {fault.partition(": ")[0]: fault for fault in faults}
    assert set(places) == {"2", "3", "4", "6", "7", "9", "10", "12", "14", "16", "17"}
    assert "run.workspace.size: found nothing" in places["3"]
    assert "Did you mean fine_tuning?" in places["4"]
    assert "Did you mean retries?" in places["6"]
    assert "no task needs root" in places["7"]
    assert "Keep it in a Kubernetes secret" in places["9"]
    assert "every_room.environment.MLFLOW_TRACKING_URI: found a value; expected no secret" in places["10"]
    assert not {"abc", "hunter2"} & set(re.findall(r"\w+", "".join(faults)))
    assert "fine_tuning.cpu_request: found 3; expected at most cpu_limit, which is 1500m" in places["12"]


def test_a_request_above_a_default_limit_is_a_fault_of_each_room_that_has_it(mine: Path) -> None:
    faults = faults_of(mine, "run: {}\nevery_room:\n  memory_request: 12Gi\n")
    assert all(fault.startswith("3: ") and "expected at most memory_limit" in fault for fault in faults)
    assert len(faults) == len(PLACED) - 2  # fine-tuning and compression may have 16 GiB


def test_one_variable_from_two_places_is_a_fault(mine: Path) -> None:
    (fault,) = faults_of(
        mine,
        "registration:\n"
        "  environment: {MLFLOW_TRACKING_USERNAME: me}\n"
        "  secrets:\n"
        "    mlflow: {user: MLFLOW_TRACKING_USERNAME}\n",
    )
    assert fault.startswith("4: registration.secrets.mlflow.user: found MLFLOW_TRACKING_USERNAME again")


def test_a_room_has_no_workspace_that_the_run_has_not(mine: Path) -> None:
    (fault,) = faults_of(mine, "fine_tuning:\n  workspace: true\n")
    assert fault.startswith("2: fine_tuning.workspace")
    assert "Set run.workspace.size" in fault


def test_a_file_that_is_not_there(mine: Path) -> None:
    with pytest.raises(BadInput, match="a placement's YAML file that can be read"):
        load(mine)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("cpu_limit: two", 'found "two"; expected cores such as 2 or 500m'),
        ("memory_limit: 8 GB", 'found "8 GB"; expected bytes such as 8Gi'),
        ("memory_limit: [8Gi]", "expected bytes such as 8Gi"),
        ("claims: {mine: models}", "claims.mine"),
        ("gpus: 0.5", "gpus: found 0.5"),
    ],
)
def test_a_value_of_the_wrong_form(mine: Path, setting: str, message: str) -> None:
    (fault,) = faults_of(mine, f"fine_tuning:\n  {setting}\n")
    assert message in fault
