import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable
from components.contracts.tracking import connect
from components.retraining.registered import Drift, Registered, look_up, waits_for_the_gate
from tests.components.retraining.models import DATA, NAME, OTHER_DATA, judge, register
from tests.mlflow_here import free_port


def test_a_model_that_is_not_there_yet(client: MlflowClient) -> None:
    assert look_up(client, NAME) == Registered(NAME)
    client.create_registered_model(NAME)
    assert look_up(client, NAME) == Registered(NAME)


def test_the_newest_version_counts_by_its_number(client: MlflowClient) -> None:
    for _ in range(9):
        register(client, OTHER_DATA)
    assert register(client, DATA) == "10"
    client.set_registered_model_alias(NAME, "champion", "2")
    found = look_up(client, NAME)
    assert found.newest
    assert (found.newest.number, found.newest.data_md5, found.champion) == ("10", DATA, "2")
    client.set_model_version_tag(NAME, "10", "bessemer.unfinished", "host:1")
    unfinished = look_up(client, NAME).newest
    assert unfinished
    assert unfinished.number == "9"


def test_a_version_waits_for_the_gate_until_it_is_judged_or_reigns(client: MlflowClient) -> None:
    assert not waits_for_the_gate(client, NAME, "1")
    judged, reigning, same, other = (register(client, run="mine", candidate=candidate) for candidate in "abbc")
    judge(client, judged)
    client.set_registered_model_alias(NAME, "champion", reigning)
    waiting = [number for number in (judged, reigning, same, other) if waits_for_the_gate(client, NAME, number)]
    assert waiting == [other]
    newest = look_up(client, NAME).newest
    assert newest
    assert (newest.pipeline_run, newest.judged) == ("mine", False)
    client.delete_model_version(NAME, other)
    assert not waits_for_the_gate(client, NAME, other)


def test_what_monitoring_left(client: MlflowClient) -> None:
    register(client)
    client.set_registered_model_tag(
        NAME, "bessemer.drift", '{"alarm": true, "time": 5, "version": 3, "run_id": "r", "why": "longer"}'
    )
    assert look_up(client, NAME).drift == Drift(True, 5.0, "longer", 3)


def test_what_monitoring_left_and_nobody_can_read_is_a_sentence(client: MlflowClient) -> None:
    register(client)
    for left in ("", "yes", '"alarm"', '{"alarm": "perhaps", "time": 1}', '{"time": 1}'):
        client.set_registered_model_tag(NAME, "bessemer.drift", left)
        with pytest.raises(BadInput, match=r"the tag bessemer.drift of the registered model sentiment: found .*delete"):
            look_up(client, NAME)


def test_a_server_that_is_down_is_a_sentence(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(Unavailable, match=f"the MLflow server at {uri}"):
        look_up(connect(uri), NAME)
