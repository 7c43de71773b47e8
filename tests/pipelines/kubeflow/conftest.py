import os
from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.__main__ import app
from tests.pipelines.kubeflow.kfp_api import KubeflowApi, serving

Bessemer = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("KF_PIPELINES_", "KFP_", "MLFLOW_", "SSL_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def api() -> KubeflowApi:
    """The state of a server that several users share."""
    return KubeflowApi()


@pytest.fixture
def host(api: KubeflowApi) -> Iterator[str]:
    """The address of a server with the state `api`."""
    with serving(api) as address:
        yield address


@pytest.fixture
def bessemer(host: str) -> Bessemer:
    """The command as a user types it who works in the namespace `team`."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--host", host, "--namespace", "team"])

    return run
