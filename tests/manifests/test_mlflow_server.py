"""MLflow as it is deployed: the commands and files of the built manifests, with a real PostgreSQL and a real S3."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import psycopg2
import pytest
from mlflow import MlflowClient, pyfunc
from mlflow.exceptions import MlflowException

from components.contracts import onnx_text_classifier
from components.registration import served_text_classifier
from tests.manifests.built import MANIFESTS, Object, build, copy_manifests, find, pods
from tests.mlflow_here import Server, answering_on, free_port
from tests.servers import USER, free_ports, postgresql

pytestmark = pytest.mark.slow
EXPERIMENT = "/api/2.0/mlflow/experiments/get?experiment_id=0"


@dataclass(frozen=True)
class Deployed:
    """The overlay `kind` without its cluster."""

    objects: list[Object]
    secrets: dict[str, str]
    """Everything in them, by variable."""
    server: Server
    log: Path
    s3: str

    def answer(self, user: str = "", password: str = "", host: str = "localhost:5000", path: str = "") -> int:
        """Return the status of a request as a browser would send it."""
        request = urllib.request.Request(
            f"{self.server.uri}{path or '/api/2.0/mlflow/experiments/get?experiment_id=0'}"
        )
        request.add_header("Host", host)
        if user:
            request.add_header("Authorization", f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}")
        try:
            with urllib.request.urlopen(request) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def client(self, user: str, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
        """Return the client of a user who has a password for MLflow, and no key for S3."""
        for name in [name for name in os.environ if name.startswith(("AWS_", "MLFLOW_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", user)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", self.secrets[f"{user}'s password"])
        monkeypatch.setenv("MLFLOW_TRACKING_URI", self.server.uri)
        monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        return MlflowClient(self.server.uri)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Start S3, PostgreSQL and MLflow, and make MLflow's users as docs/deploy.md does."""
    folder = tmp_path_factory.mktemp("deployed")
    manifests = copy_manifests(folder)
    subprocess.run([sys.executable, manifests / "secrets" / "write.py"], check=True, capture_output=True)
    objects, secrets = build(manifests / "overlays" / "kind"), {}
    for secret in build(manifests / "secrets"):
        values = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        if "MLFLOW_TRACKING_USERNAME" in values:
            values = {f"{values['MLFLOW_TRACKING_USERNAME']}'s password": values["MLFLOW_TRACKING_PASSWORD"]}
        secrets |= values
    secrets["admin's password"] = secrets["MLFLOW_AUTH_ADMIN_PASSWORD"]
    with postgresql(secrets["PGPASSWORD"]) as database, s3(objects, secrets, folder) as bucket:
        for statement in ("CREATE DATABASE mlflow", config(objects, "postgresql")["second-database.sql"]):
            execute(database.uri.replace("+psycopg2", ""), statement)
        here = {"PGHOST": "127.0.0.1", "PGPORT": str(database.port), "PGUSER": USER, "MLFLOW_S3_ENDPOINT_URL": bucket}
        with mlflow(objects, secrets | here, folder / "mlflow") as server:
            there = Deployed(objects, secrets, server, folder / "mlflow" / "server.log", bucket)
            for _ in range(2):  # a second time changes nothing
                subprocess.run([sys.executable, manifests / "users.py", server.uri], check=True, capture_output=True)
            yield there


@contextmanager
def s3(objects: list[Object], secrets: dict[str, str], folder: Path) -> Iterator[str]:
    """Yield the address of SeaweedFS as it is deployed, on ports of its own."""
    (folder / "data").mkdir()
    command = container(objects, "StatefulSet seaweedfs")["command"]
    names = "master.port master.port.grpc volume.port volume.port.grpc filer.port filer.port.grpc s3.port.grpc s3.port"
    ports = dict(zip(names.split(), free_ports(8), strict=True))
    ours = {
        "weed": str(Path(sys.executable).with_name("weed")),
        "-dir=/data": f"-dir={folder / 'data'}",
        "-s3.ip.bind=0.0.0.0": "-s3.ip.bind=127.0.0.1",
        "-s3.port=8333": f"-s3.port={ports['s3.port']}",
    }
    here = [*replaced(command, ours), *(f"-{name}={port}" for name, port in ports.items() if name != "s3.port")]
    with answering_on(here, ports["s3.port"], "/healthz", folder / "s3", **secrets) as server:
        yield server.uri


@contextmanager
def mlflow(objects: list[Object], secrets: dict[str, str], folder: Path) -> Iterator[Server]:
    """Run what runs before MLflow, then serve it on a port of its own."""
    folder.mkdir()
    (folder / "auth.ini").write_text(config(objects, "mlflow-auth")["auth.ini"])
    environment = config(objects, "mlflow-server") | secrets | {"MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini")}
    program = {"mlflow": str(Path(sys.executable).with_name("mlflow"))}
    (pod,) = (pod for pod in pods(objects) if pod.of == "Deployment mlflow")
    first, then = (one["command"] for one in pod.containers)
    subprocess.run(replaced(first, program), env=os.environ | environment, check=True, capture_output=True, cwd=folder)
    port = free_port()
    ours = program | {
        "--host=0.0.0.0": "--host=127.0.0.1",
        "--port=5000": f"--port={port}",
        "--workers=2": "--workers=1",
    }
    with answering_on(replaced(then, ours), port, "/health", folder, **environment) as server:
        yield server


def container(objects: list[Object], of: str) -> Object:
    return next(pod for pod in pods(objects) if pod.of == of).spec["containers"][0]


def replaced(command: list[str], ours: dict[str, str]) -> list[str]:
    """Return the command with what has to differ on this machine; all of that has to stand in it."""
    assert set(ours) <= set(command)
    return [ours.get(part, part) for part in command]


def config(objects: list[Object], name: str) -> dict[str, str]:
    return dict(find(objects, "ConfigMap", name)["data"])


def execute(address: str, statement: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True  # no database is made inside a transaction
    connection.cursor().execute(statement)
    connection.close()


def test_nobody_gets_in_without_the_password(deployed: Deployed) -> None:
    admin = deployed.secrets["admin's password"]
    assert deployed.answer() == 401
    assert deployed.answer(path="/") == 401
    assert deployed.answer("admin", "password1234") == 401
    assert deployed.answer("admin", admin) == 200


@pytest.mark.parametrize("host", ["mlflow", "mlflow.bessemer.svc.cluster.local", "localhost:5000"])
def test_the_server_knows_the_names_that_the_manifests_use(deployed: Deployed, host: str) -> None:
    assert deployed.answer("admin", deployed.secrets["admin's password"], host) == 200


def test_the_server_refuses_another_name(deployed: Deployed) -> None:
    assert deployed.answer("admin", deployed.secrets["admin's password"], "mlflow.attacker.example") == 403


def test_a_probe_needs_neither_a_password_nor_a_name(deployed: Deployed) -> None:
    path = container(deployed.objects, "Deployment mlflow")["readinessProbe"]["httpGet"]["path"]
    assert deployed.answer(host="10.244.0.7:5000", path=path) == 200


def test_the_clients_in_the_manifests_use_a_name_that_the_server_knows(deployed: Deployed) -> None:
    known = config(deployed.objects, "mlflow-server")["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    used = {
        variable["value"]
        for pod in pods(build(MANIFESTS / "serving") + build(MANIFESTS / "training"))
        for one in pod.containers
        for variable in one["env"]
        if variable["name"] == "MLFLOW_TRACKING_URI"
    }
    assert used == {"http://mlflow.bessemer.svc.cluster.local"}
    assert "mlflow.bessemer.svc.cluster.local" in known


def test_an_artifact_reaches_s3_from_a_client_without_a_key(
    deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = deployed.client("writer", monkeypatch)
    run = client.create_run(client.create_experiment("artifacts")).info
    (tmp_path / "note.txt").write_text("by way of the server")
    client.log_artifact(run.run_id, str(tmp_path / "note.txt"))
    assert run.artifact_uri.startswith("mlflow-artifacts:")
    key = f"mlflow/{run.experiment_id}/{run.run_id}/artifacts/note.txt"
    stored = boto3.client(
        "s3",
        endpoint_url=deployed.s3,
        region_name="us-east-1",
        aws_access_key_id=deployed.secrets["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=deployed.secrets["AWS_SECRET_ACCESS_KEY"],
    ).get_object(Bucket="bessemer", Key=key)
    assert stored["Body"].read() == b"by way of the server"
    assert Path(client.download_artifacts(run.run_id, "note.txt", str(tmp_path))).read_text() == "by way of the server"


def test_a_reader_reads_what_others_made_and_changes_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = deployed.client("writer", monkeypatch).create_experiment("theirs")
    reader = deployed.client("reader", monkeypatch)
    assert reader.get_experiment(experiment).name == "theirs"
    with pytest.raises(MlflowException, match="Permission denied"):
        reader.create_run(experiment)
    with pytest.raises(MlflowException, match="Permission denied"):
        reader.delete_experiment(experiment)


def test_the_champion_is_served_to_who_may_only_read(
    deployed: Deployed, onnx_candidate_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = deployed.client("writer", monkeypatch)
    model = pyfunc.log_model(
        name="model",
        python_model=served_text_classifier.__file__,
        artifacts={"candidate": str(onnx_candidate_folder)},
        code_paths=[onnx_text_classifier.__file__],
        registered_model_name="sentiment",
        pip_requirements=["onnxruntime"],
    )
    writer.set_registered_model_alias("sentiment", "champion", str(model.registered_model_version))
    deployed.client("reader", monkeypatch)
    command = container(build(MANIFESTS / "serving"), "InferenceService sentiment")["command"]
    port = free_port()
    ours = {
        "mlflow": str(Path(sys.executable).with_name("mlflow")),
        "--host=0.0.0.0": "--host=127.0.0.1",
        "--port=8080": f"--port={port}",
    }
    with answering_on(replaced(command, ours), port, "/ping", tmp_path, str(Path(sys.executable).parent)) as served:
        body = json.dumps({"dataframe_records": [{"text": "a lovely, warm and funny film"}]}).encode()
        request = urllib.request.Request(f"{served.uri}/invocations", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            (answer,) = json.loads(response.read())["predictions"]
    assert answer["label"] in ("fresh", "rotten")
    assert answer["probability_fresh"] + answer["probability_rotten"] == pytest.approx(1)


def test_no_secret_stands_on_a_command_line_or_in_the_log(deployed: Deployed) -> None:
    seen = deployed.log.read_text()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            seen += process.read_text()
        except OSError:  # it has ended
            continue
    assert "mlflow.server" in seen
    assert [name for name, value in deployed.secrets.items() if len(value) > 10 and value in seen] == []
