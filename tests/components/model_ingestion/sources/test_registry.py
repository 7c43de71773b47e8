from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.registry import fetch, look_up


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def client(database: str, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    return MlflowClient(database)


def register(client: MlflowClient, name: str, files: Path, store: Path) -> str:
    """Register the folder `files` as a version of `name`, and return its number."""
    experiment = client.create_experiment(f"{name} {store}", artifact_location=str(store))
    run_id = client.create_run(experiment).info.run_id
    client.log_artifacts(run_id, str(files), "model")
    if not client.search_registered_models(f"name='{name}'"):
        client.create_registered_model(name)
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    return str(client.create_model_version(name, source, run_id).version)


def test_versions_and_aliases(client: MlflowClient, model: Path, tmp_path: Path) -> None:
    version = register(client, "base", model, tmp_path / "store")
    client.set_registered_model_alias("base", "blessed", version)
    for source in (f"models:/base/{version}", "models:/base@blessed", "models:/base/@blessed"):
        assert look_up(ModelIngestionSettings(source)) == version
    (tmp_path / "here").mkdir()
    names = fetch(ModelIngestionSettings("models:/base@blessed"), version, tmp_path / "here")
    assert names == sorted(path.name for path in model.iterdir())
    assert {path.name for path in (tmp_path / "here").iterdir()} == {path.name for path in model.iterdir()}


def test_a_tokenizer_kept_apart_is_brought_together(client: MlflowClient, model: Path, tmp_path: Path) -> None:
    """As MLflow's transformers flavour lays a model out."""
    logged = tmp_path / "logged"
    (logged / "components" / "tokenizer").mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (model / name).rename(logged / "components" / "tokenizer" / name)
    model.rename(logged / "model")
    version = register(client, "apart", logged, tmp_path / "store")
    (tmp_path / "here").mkdir()
    fetch(ModelIngestionSettings(f"models:/apart/{version}"), version, tmp_path / "here")
    assert {path.name for path in (tmp_path / "here").iterdir()} >= {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    }


def test_a_version_without_one_model_in_it(client: MlflowClient, model: Path, tmp_path: Path) -> None:
    logged = tmp_path / "logged"
    (logged / "other").mkdir(parents=True)
    (logged / "other" / "config.json").write_text("{}")
    model.rename(logged / "model")
    version = register(client, "two", logged, tmp_path / "store")
    (tmp_path / "here").mkdir()
    with pytest.raises(BadInput, match=r"found model, other; expected one folder in it with config\.json"):
        fetch(ModelIngestionSettings(f"models:/two/{version}"), version, tmp_path / "here")
    (logged / "model" / "config.json").unlink()
    (logged / "other" / "config.json").rename(logged / "other" / "readme.json")
    version = register(client, "two", logged, tmp_path / "empty")
    with pytest.raises(BadInput, match=r"found no config\.json at all"):
        fetch(ModelIngestionSettings(f"models:/two/{version}"), version, tmp_path / "here")


@pytest.mark.parametrize("source", ["models:/nonesuch/1", "models:/nonesuch@champion"])
def test_an_unknown_model(client: MlflowClient, source: str) -> None:
    with pytest.raises(BadInput, match="expected a registered model with that version or alias"):
        look_up(ModelIngestionSettings(source))


def test_a_name_without_a_version(client: MlflowClient) -> None:
    with pytest.raises(BadInput, match="expected models:/name/version or models:/name@alias"):
        look_up(ModelIngestionSettings("models:/base"))


def test_no_registry_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(BadInput, match="found no MLFLOW_TRACKING_URI; expected a registry to look into"):
        look_up(ModelIngestionSettings("models:/base/1"))


def test_a_registry_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(Unavailable, match=r"the MLflow server at http://127\.0\.0\.1:9"):
        look_up(ModelIngestionSettings("models:/base/1"))
