"""Who is at work, as MLflow, the system or a pod knows it."""

import getpass
import os
import socket

import pytest

from components.contracts.who import who


def test_mlflows_user_goes_before_the_systems() -> None:
    assert who({"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "secret"}) == {"who": "ann"}
    assert who({}) == {"who": f"{getpass.getuser()}@{socket.gethostname()}"}


def test_the_run_of_kubeflow_or_of_bessemer_is_named() -> None:
    assert who({"MLFLOW_TRACKING_USERNAME": "ann", "KFP_RUN_ID": "k", "BESSEMER_RUN_ID": "b"})["run"] == "k"
    assert who({"MLFLOW_TRACKING_USERNAME": "ann", "BESSEMER_RUN_ID": "b"})["run"] == "b"


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987654)  # what a container may run as
    assert who({})["who"] == f"user 987654@{socket.gethostname()}"
