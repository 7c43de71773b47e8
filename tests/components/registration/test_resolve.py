"""A registry's identity: another one for each server, never a password, and nothing of what is registered there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.contracts.tracking import StepRun
from components.registration.evidence import Inputs
from components.registration.register import register
from components.registration.resolve import resolve
from tests.components.registration.workshop import SETTINGS


def test_each_server_registry_and_workspace_is_another_registry() -> None:
    server = {"MLFLOW_TRACKING_URI": "https://mlflow.example"}
    identities = [
        resolve(server),
        resolve({"MLFLOW_TRACKING_URI": "sqlite:////home/lead/mlflow.db"}),
        resolve({**server, "MLFLOW_REGISTRY_URI": "https://registry.example"}),
        resolve({**server, "MLFLOW_WORKSPACE": "reviews"}),
    ]
    assert len(set(identities)) == len(identities)


def test_a_password_is_left_out_and_changes_nothing() -> None:
    first = resolve({"MLFLOW_TRACKING_URI": "https://lead:hunter2@mlflow.example/here"})
    assert json.loads(first) == {"MLFLOW_TRACKING_URI": "https://mlflow.example/here"}
    assert resolve({"MLFLOW_TRACKING_URI": "https://lead:hunter3@mlflow.example/here"}) == first


@pytest.mark.parametrize("environment", [{}, {"MLFLOW_TRACKING_URI": "", "PATH": "/bin"}])
def test_no_server_is_refused_before_anything_is_trained(environment: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="MLFLOW_TRACKING_URI: found nothing; expected the address of an MLflow server"):
        resolve(environment)


def test_a_registration_does_not_change_it(inputs: Inputs, run: StepRun, tmp_path: Path) -> None:
    before = resolve()
    register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    assert resolve() == before != "{}"


def test_it_is_cheap() -> None:
    code = "import sys; from components.registration import resolve; print('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
