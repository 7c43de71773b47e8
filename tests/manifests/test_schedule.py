"""The command of the schedule is one that `bessemer` has."""

import pytest
from typer.main import get_command

from pipelines.__main__ import app
from pipelines.kubeflow.submit import refuse_local_sources
from pipelines.placement import load as load_placement
from pipelines.preset import load
from tests.manifests.built import MANIFESTS, deployment, find, pods


@pytest.mark.parametrize(("overlay", "namespace"), [("kind", ""), ("cluster", "team-example")])
def test_the_schedule_is_a_command_of_bessemer(overlay: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KF_PIPELINES_ENDPOINT", "KFP_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    (pod,) = (pod for pod in pods(deployment(overlay)) if pod.of == "CronJob bessemer-schedule")
    program, name, *arguments = pod.spec["containers"][0]["command"]
    command = get_command(app).commands[name]
    given = command.make_context(name, arguments).params
    assert program == "bessemer"
    assert given["host"] == "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
    assert given["cron"] == "0 3 * * 1"
    assert given["namespace"] == namespace
    refuse_local_sources(load(given["preset"], given["overrides"]))
    assert given["placement"].name in find(deployment(overlay), "ConfigMap", "bessemer-images")["data"]


def test_the_placement_of_scheduled_runs_is_one() -> None:
    assert load_placement(MANIFESTS / "runs" / "placement.yaml") == load_placement()
