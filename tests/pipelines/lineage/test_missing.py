"""What is missing to build a version again, all of it at once and before any work."""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from dvc.repo import Repo
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.tracking import StepRun
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.ingest import ingest
from components.model_ingestion.resolve import resolve
from components.registration.evidence import Inputs, read_evidence
from pipelines.lineage import missing
from pipelines.lineage.missing import gather
from pipelines.lineage.recorded import Recorded, read_recorded
from pipelines.preset import NO_PRESET
from pipelines.settings.resolve import Form
from pipelines.settings.resolve import resolve as check
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
from tests.pipelines.lineage.conftest import ASKED, Register

BASE = "package://cognition/model"


@pytest.fixture
def recorded(inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A version all of whose ingredients are here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(missing, "code_revision", lambda: "abc123")
    (tmp_path / "reviews.csv").write_text("text,category\ngood,fresh\n")
    evidence = read_evidence(inputs)
    tags = {
        "data_md5": md5(tmp_path / "reviews.csv"),
        "base_revision": resolve(ModelIngestionSettings(BASE)),
        "git_revision": "abc123",
    }
    return Recorded("sentiment", 1, tags, ASKED, evidence.tuned, evidence.candidate, evidence.scorecard)


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def faults(recorded: Recorded, folder: Path) -> list[str]:
    found = gather(recorded, folder / "base")
    return [str(fault) for fault in [*found.faults, *found.other_code]]


def test_what_is_all_here_can_be_asked_for_again(recorded: Recorded, tmp_path: Path) -> None:
    made_with = {"threads": "2", "device": "cpu", "processor": "any", "pyarrow": "0.0.1"}
    then = replace(recorded, tuned=replace(recorded.tuned, made_with=made_with))
    found = gather(then, tmp_path / "base")
    assert found.faults == []
    assert [fault.thing for fault in found.other_code] == ["pyarrow"]
    asked = check(Form(NO_PRESET, settings=found.settings))
    assert asked.recipes == ("onnx-fp32",)
    assert asked.sections["fine_tuning"] == {"epochs": 2, "threads": 2}
    assert asked.sections["data_ingestion"] == recorded.asked["data_ingestion"]


def test_everything_that_is_missing_is_named_at_once(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reviews.csv").write_text("text,category\nbad,rotten\n")
    monkeypatch.setattr(missing, "code_revision", lambda: "def456-dirty")
    tuned = replace(recorded.tuned, made_with={"torch": "0.4.1", "nonesuch": "1.0"})
    tags = {**recorded.tags, "base_revision": "0" * 64}
    data, base, code, nonesuch, torch = faults(replace(recorded, tuned=tuned, tags=tags), tmp_path)
    assert data.startswith(f"the data reviews.csv: found md5 {md5(tmp_path / 'reviews.csv')}; expected md5")
    assert base.startswith(f"the base model {BASE}: found revision")
    assert code == "the code: found def456-dirty; expected abc123. git checkout abc123"
    assert nonesuch == "nonesuch: found none installed; expected 1.0. pip install nonesuch==1.0"
    assert "expected 0.4.1" in torch


def test_data_that_are_gone_and_settings_that_nobody_knows_any_more(recorded: Recorded, tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").unlink()
    assert "reviews.csv: found no such file" in faults(recorded, tmp_path)[0]
    asked = {**recorded.asked, "fine_tuning": {"epoks": 2}}
    candidate = replace(recorded.candidate, recipe="prune")
    recipe, epochs = faults(replace(recorded, asked=asked, candidate=candidate), tmp_path)
    assert recipe.startswith("recipes.0: found 'prune'")
    assert epochs.startswith("fine_tuning.epoks: found a key that does not exist")


def test_code_that_no_commit_holds_is_nobodys_any_more(recorded: Recorded, tmp_path: Path) -> None:
    then = replace(recorded, tags={**recorded.tags, "git_revision": "abc123-dirty"})
    (code,) = faults(then, tmp_path)
    assert code.startswith("the code: found that of abc123-dirty, which no commit holds; expected a commit.")


def test_code_of_no_revision_is_not_taken_for_that_of_today(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {name: value for name, value in recorded.tags.items() if name != "git_revision"}
    for today in ("abc123", ""):
        monkeypatch.setattr(missing, "code_revision", lambda today=today: today)
        (code,) = faults(replace(recorded, tags=tags), tmp_path)
        assert code.startswith("the code: found that of no git revision; expected a commit.")


def test_data_of_a_repository_are_read_at_the_revision_of_then(recorded: Recorded, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    commit = add(repository, "text,category\ngood,fresh\n")
    then_md5 = md5(repository / "reviews.csv")
    add(repository, "text,category\nbad,rotten\n")
    section = {**recorded.asked["data_ingestion"], "repository": str(repository)}
    tags = {**recorded.tags, "data_md5": then_md5, "data_revision": commit}
    then = replace(recorded, tags=tags, asked={**recorded.asked, "data_ingestion": section})
    found = gather(then, tmp_path / "base")
    assert found.faults == []
    assert found.settings["data_ingestion"] == {**section, "revision": commit}
    shutil.rmtree(repository / ".dvc" / "cache")
    assert any("its data are not here" in fault for fault in faults(then, tmp_path))


def add(repository: Path, rows: str) -> str:
    """Commit rows to a DVC repository, and return the commit."""

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=repository, check=True, capture_output=True, text=True
        ).stdout.strip()

    if not (repository / ".dvc").exists():
        git("init")
        Repo.init(str(repository)).close()
    (repository / "reviews.csv").write_text(rows)
    with Repo(str(repository)) as repo:
        repo.add([str(repository / "reviews.csv")])
    git("add", ".")
    git("commit", "-m", "rows")
    return git("rev-parse", "HEAD")


@pytest.mark.slow
def test_a_version_that_was_trained_further_is_brought_from_its_registry(
    registered: Register,
    recorded: Recorded,
    tmp_path: Path,
) -> None:
    registered()
    parent = ModelIngestionSettings("models:/sentiment/1")
    brought = ingest(resolve(parent), parent, tmp_path / "brought", StepRun())
    asked = {**recorded.asked, "model_ingestion": {"source": "models:/sentiment@challenger"}}
    tags = {**recorded.tags, "base_revision": "1", "parent_model": parent.source, "base_sha256": brought.sha256}
    then = replace(recorded, tags=tags, asked=asked)
    found = gather(then, tmp_path / "base")
    assert found.faults == []
    assert found.settings["model_ingestion"] == {"source": str(tmp_path / "base")}
    assert (tmp_path / "base" / "model.safetensors").read_bytes() == (
        tmp_path / "brought" / "model.safetensors"
    ).read_bytes()
    (changed,) = faults(replace(then, tags={**tags, "base_sha256": "0" * 64}), tmp_path / "again")
    assert changed.startswith("the base model models:/sentiment/1: found sha256")


@pytest.mark.slow
def test_a_version_without_its_evidence_names_each_piece(registered: Register, client: MlflowClient) -> None:  # noqa: F811
    registered(asked={})
    version = client.get_model_version("sentiment", "1")
    artifacts = Path(client.get_run(version.run_id).info.artifact_uri)
    shutil.rmtree(artifacts / "tuned")
    with pytest.raises(BadInput) as refusal:
        read_recorded(client, "sentiment", "")
    assert [fault.thing.partition(": ")[2] for fault in refusal.value.faults] == [
        "asked.json",
        "tuned/tuned_model.json",
    ]
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "/somewhere/model")
    with pytest.raises(BadInput, match="found one that Bessemer did not register"):
        read_recorded(client, "theirs", "")
