"""`smoke` with rows in S3, and MLflow behind a password, on PostgreSQL and S3: twice at the same time."""

import base64
import csv
import io
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from mlflow import MlflowClient

from components.contracts.folders import sha256_of
from components.contracts.tracking import StepRun
from tests.conftest import labelled_texts
from tests.mlflow_here import mlflow_server
from tests.pipelines import runs
from tests.pipelines.secrets_in import files_below, found_in
from tests.servers import S3, PostgreSQL, postgresql, seaweedfs

pytestmark = pytest.mark.slow

S3_SECRET = "s3/secret+of-bessemer-5c1a"
MLFLOW_PASSWORD = "mlflow/password+of-bessemer-7e2b"
DATABASE_PASSWORD = "database/password+of-bessemer-9f3c"
SECRETS = (S3_SECRET, MLFLOW_PASSWORD, DATABASE_PASSWORD)

SETTINGS = (
    "data_ingestion.source=s3://reviews/reviews.csv",
    "data_ingestion.max_rows=0",
    "recipes=[int8-dynamic]",
    "evaluation.threads=1",
)


@dataclass(frozen=True)
class Site:
    """Two runs that went on at the same time, and the servers that they used."""

    homes: tuple[Path, Path]
    ended: tuple[runs.Ended, runs.Ended]
    environment: dict[str, str]
    s3: S3
    database: PostgreSQL


def arguments(*more: str) -> list[str]:
    return ["smoke", *(word for setting in (*SETTINGS, *more) for word in ("--set", setting))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    rows = io.StringIO()
    csv.writer(rows).writerows([("text", "category"), *labelled_texts(240, seed=1)])
    with (
        postgresql(DATABASE_PASSWORD) as database,
        seaweedfs(folder / "s3", "reviews", "mlflow", secret=S3_SECRET) as s3,
    ):
        s3.client().put_object(Bucket="reviews", Key="reviews.csv", Body=rows.getvalue().encode())
        with mlflow_server(folder / "mlflow", database.uri, "s3://mlflow", MLFLOW_PASSWORD, **s3.environment) as mlflow:
            environment = {
                **s3.environment,
                "MLFLOW_TRACKING_URI": mlflow.uri,
                "MLFLOW_TRACKING_USERNAME": "admin",
                "MLFLOW_TRACKING_PASSWORD": MLFLOW_PASSWORD,
                "DATABASE_URL": database.uri,
            }
            homes = folder / "one", folder / "two"
            started = [runs.start(home, *arguments(), **environment) for home in homes]
            ended = tuple(runs.wait(home, process) for home, process in zip(homes, started, strict=True))
            yield Site(homes, ended, environment, s3, database)  # type: ignore[arg-type]


@pytest.fixture
def client(site: Site, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    return MlflowClient(site.environment["MLFLOW_TRACKING_URI"])


def test_both_runs_register_a_version_of_their_own(site: Site, client: MlflowClient) -> None:
    for ended in site.ended:
        assert ended.exit_code == 0, ended.said
        assert "registration" in ended.worked
    versions = {int(version.version): version for version in client.search_model_versions("name = 'smoke'")}
    assert sorted(versions) == [1, 2]
    assert {version.tags["pipeline_run"] for version in versions.values()} == {
        min(path.name for path in (home / "runs").iterdir()) for home in site.homes
    }
    assert int(client.get_model_version_by_alias("smoke", "challenger").version) in versions
    assert not [tag for version in versions.values() for tag in version.tags if "unfinished" in tag]


def test_each_version_has_a_whole_tree_and_files_of_its_own(client: MlflowClient, tmp_path: Path) -> None:
    experiment = client.get_experiment_by_name("smoke").experiment_id
    found = client.search_runs([experiment])
    assert {run.info.status for run in found} == {"FINISHED"}
    parents = {run.info.run_id for run in found if "mlflow.parentRunId" not in run.data.tags}
    versions = client.search_model_versions("name = 'smoke'")
    assert {version.tags["mlflow_parent_run"] for version in versions} == parents
    assert len(parents) == 2
    for version in versions:
        parent = version.tags["mlflow_parent_run"]
        below = [run for run in found if run.data.tags.get("mlflow.parentRunId") == parent]
        assert {run.info.run_name.split("/")[0] for run in below} == set(runs.ROOMS)
        assert version.run_id in {run.info.run_id for run in below}
        brought = client.download_artifacts(parent, "plots/confusion.png", str(tmp_path))
        assert Path(brought).read_bytes().startswith(b"\x89PNG")


def test_without_the_right_password_it_is_a_sentence_and_nothing_is_registered(
    site: Site, client: MlflowClient, tmp_path: Path
) -> None:
    wrong = {**site.environment, "MLFLOW_TRACKING_PASSWORD": "wrong-password"}
    ended = runs.run(tmp_path, *arguments(), **wrong)
    assert ended.exit_code == 69
    assert f"the MLflow server at {wrong['MLFLOW_TRACKING_URI']}: found " in ended.said
    assert "MLFLOW_TRACKING_PASSWORD" in ended.said
    assert "Traceback" not in ended.said
    assert "wrong-password" not in ended.said
    assert ended.worked == []
    assert len(client.search_model_versions("name = 'smoke'")) == 2


def test_a_large_model_goes_up_in_parts(
    site: Site, client: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(32 << 20))
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    model = tmp_path / "model.onnx"
    model.write_bytes(random.Random(0).randbytes(75 << 20))
    run = client.create_run(client.create_experiment("large"))
    StepRun(client, run.info.run_id).file(model, "model")
    key = f"{run.info.artifact_uri.removeprefix('mlflow-artifacts:/')}/model/{model.name}"
    stored = site.s3.client().head_object(Bucket="mlflow", Key=key)
    assert stored["ETag"].strip('"').endswith("-8")  # parts of 10 MiB
    brought = client.download_artifacts(run.info.run_id, f"model/{model.name}", str(tmp_path))
    assert sha256_of(Path(brought)) == sha256_of(model)


def test_no_secret_is_written_anywhere(site: Site, tmp_path: Path) -> None:
    environment = {**site.environment, "MLFLOW_TRACKING_URI": site.database.another("direct")}
    tracked = runs.run(site.homes[0], *arguments(), **environment)
    assert tracked.exit_code == 0, tracked.said
    assert tracked.worked == ["registration"]
    compiled = subprocess.run(
        [sys.executable, "-m", "pipelines", "compile", "--output", str(tmp_path / "package.yaml")],
        cwd=tmp_path,
        env=runs.environment(tmp_path, PYTHONPATH=str(runs.ROOT), **site.environment),
        check=True,
        capture_output=True,
    )
    said = [("said", ended.said.encode()) for ended in (*site.ended, tracked)]
    written = [
        *said,
        ("compile", compiled.stdout + compiled.stderr),
        ("database", site.database.dump()),
        ("direct database", site.database.dump("direct")),
        *site.s3.objects("mlflow"),
        *files_below(tmp_path),
        *(thing for home in site.homes for thing in files_below(home)),
    ]
    assert len(written) > 200
    assert found_in(written, SECRETS) == []


def test_a_secret_would_be_found() -> None:
    for veiled in (
        S3_SECRET,
        quote(S3_SECRET, safe=""),
        *(base64.b64encode(b"x" * before + S3_SECRET.encode() + b" and more").decode() for before in range(4)),
    ):
        assert found_in([("log", f"key={veiled}, ".encode())], [S3_SECRET]) == ["log"], veiled
    assert found_in([("log", b"nothing of the kind")], SECRETS) == []
