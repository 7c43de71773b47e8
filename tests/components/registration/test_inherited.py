"""What a model was taught before is no news to it: the keys of its texts go from version to version."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, write_manifest
from components.contracts.model import BaseModel
from components.contracts.reference import Reference, text_key
from components.contracts.tracking import step_run
from components.registration.evidence import Inputs, read_evidence
from components.registration.inherited import Inherited, inherited
from components.registration.reference import write_reference
from components.registration.register import register
from tests.components.registration.workshop import SETTINGS, rewrite

RegisterFrom = Callable[[str, str], Path]
FOREIGN = text_key("a film that only an ancestor has seen")


@pytest.fixture
def register_from(
    inputs: Inputs, client: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RegisterFrom:
    """Return what registers a version that was trained from a source and revision, and returns its reference."""

    def register_one(source: str, revision: str) -> Path:
        run_id = client.create_run("0").info.run_id
        monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
        folder = tmp_path / run_id
        folder.mkdir()
        write_manifest(folder, replace(read_manifest(inputs.base, BaseModel), source=source, revision=revision))
        with step_run("registration") as run:
            register(replace(inputs, base=folder), SETTINGS, folder / "registration", folder / "card", run)
        return Path(client.get_run(run.run_id).info.artifact_uri) / Reference.FOLDER

    return register_one


def keys(reference: Path) -> list[bytes]:
    return list(pq.read_table(reference / Reference.TRAINING_TEXTS)["key"].to_pylist())


@pytest.mark.slow
def test_the_parents_texts_and_those_before_go_to_the_child(
    register_from: RegisterFrom, inputs: Inputs, client: MlflowClient
) -> None:
    first = register_from("org/base", "main")
    own = keys(first)
    assert FOREIGN not in own
    write_reference(read_evidence(inputs), inputs.dataset, first, FOREIGN)  # as if it had a parent of its own
    second = register_from("models:/sentiment@challenger", "1")
    assert keys(second) == sorted({*own, FOREIGN})
    assert inherited(client, "models:/sentiment/2") == Inherited(b"".join(keys(second)))
    assert "unknown_texts_of" not in client.get_model_version("sentiment", "2").tags


@pytest.mark.slow
def test_a_parent_without_a_reference_is_named_for_all_generations(
    register_from: RegisterFrom, client: MlflowClient
) -> None:
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "/somewhere/model")
    reference = register_from("models:/theirs/1", "1")
    assert client.get_model_version("sentiment", "1").tags["unknown_texts_of"] == "models:/theirs/1"
    card = (reference.parent / "model_card.md").read_text()
    assert "Before, `models:/theirs/1` learned from texts of which there is no record" in card
    assert inherited(client, "models:/sentiment/1") == Inherited(b"".join(keys(reference)), "models:/theirs/1")


def test_a_version_that_is_gone_is_one_without_a_reference(client: MlflowClient) -> None:
    assert inherited(client, "models:/sentiment/7") == Inherited(unknown="models:/sentiment/7")
    assert inherited(client, "") == Inherited()


@pytest.mark.slow
def test_a_reference_of_another_model_is_refused_and_nothing_is_registered(
    register_from: RegisterFrom, client: MlflowClient
) -> None:
    rewrite(register_from("org/base", "main"), Reference.FILE, candidate_sha256="0" * 64)
    with pytest.raises(BadInput, match="the reference of models:/sentiment/1: found answers of model 000000000000"):
        register_from("models:/sentiment/1", "1")
    assert len(client.search_model_versions("name = 'sentiment'")) == 1
