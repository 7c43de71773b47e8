"""`bessemer promote` on a registry with a champion and another version: both are measured, and the gate decides."""

import shutil
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from pipelines.registry.webhook import register
from tests.mlflow_here import mlflow_server
from tests.pipelines import runs
from tests.pipelines.receiving import SECRET, may_call_here, receiving
from tests.pipelines.retrained import Retrained

pytestmark = pytest.mark.slow


def champion(home: Path) -> str:
    return str(runs.registry(home).get_model_version_by_alias("smoke", "champion").version)


def promoted_from_mlflows_pages(home: Path, version: str, folder: Path) -> str:
    """Set the alias challenger in MLflow, and return what the receiver says that its server calls."""
    with mlflow_server(folder / "server", f"sqlite:///{home}/mlflow.db", **may_call_here()) as server:
        environment = runs.environment(home, MLFLOW_TRACKING_URI=server.uri)
        with receiving("smoke", folder / "receiver.log", **environment) as receiver:
            client = MlflowClient(server.uri)
            register(client, receiver.url, SECRET)
            time.sleep(1.5)  # the server looks up its webhooks once a second here
            client.set_registered_model_alias("smoke", "challenger", version)
            receiver.wait_for(f"promote version {version} of 'smoke': ended with 0")
            return receiver.log.read_text()


def test_the_gate_keeps_a_version_out_and_lets_it_in(retrained: Retrained, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(retrained.home, home)
    reigning = champion(home)
    other = "1" if reigning == "2" else "2"

    demanded = ["--set", "gating.max_mib=0.001", "--reason", "It runs on watches."]
    assert runs.run(home, "smoke", *demanded, command="policy").exit_code == 0
    kept = runs.run(home, "smoke", other, "--explain", command="promote")
    assert kept.exit_code == 1, kept.said
    assert f"smoke: version {other} against version {reigning}, " in kept.said
    assert "✗ size" in kept.said
    assert f"version {other} of smoke does not become the champion" in kept.said
    assert "The test set of " in kept.said
    assert "evaluation" in [room.partition("/")[0] for room in kept.worked]
    assert champion(home) == reigning

    lax = runs.run(home, "smoke", other, "--set", "gating.max_mib=100", command="promote")
    assert lax.exit_code == 65
    assert "gating.max_mib: found 100; expected 0.001, by the policy of smoke." in lax.said

    unset = ("max_p95_ratio=0", "max_calibration_worsening=0", "max_robustness_worsening=0")
    wide = [word for limit in ("margin_points=50", *unset) for word in ("--set", f"gating.{limit}")]
    tried = runs.run(home, "smoke", other, *wide, "--set", "gating.max_mib=0", "--dry-run", command="promote")
    assert tried.exit_code == 0, tried.said
    assert f"version {other} of smoke would become the champion; nothing was changed" in tried.said
    assert champion(home) == reigning

    assert runs.run(home, "smoke", *wide, "--reason", "No watches.", command="policy").exit_code == 0
    called = promoted_from_mlflows_pages(home, other, tmp_path)
    assert f"version {other} is the champion of smoke" in called
    assert "The test set of " not in called
    assert champion(home) == other

    again = runs.run(home, "smoke", other, *wide, command="promote")
    assert again.exit_code == 65
    assert f"version {other} of smoke" in again.said
    assert "found the champion itself; expected a challenger" in again.said
    assert "Traceback" not in again.said
