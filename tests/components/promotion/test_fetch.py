"""Fetching both: the very bytes that were registered, or a sentence that names the file."""

import json
import shutil
from pathlib import Path

import mlflow
import pyarrow.parquet as pq
import pytest
from kfp import dsl
from mlflow import MlflowClient

from components.contracts.contenders import Contenders
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, sha256_of
from components.contracts.package import package_sha256
from components.contracts.reference import TRAINING_TEXTS_SCHEMA
from components.contracts.tracking import StepRun
from components.evaluation.compare import compare
from components.promotion.component import fetch_contenders
from components.promotion.contest import Entrant, resolve
from components.promotion.fetch import check_package, fetch
from tests.components.evaluation.conftest import QUICK
from tests.components.promotion.stage import client, crown, registered, tracking  # noqa: F401 - fixtures


@pytest.fixture
def entrant(client: MlflowClient) -> Entrant:  # noqa: F811
    return resolve(client, "sentiment", "2", {})[0].challenger


@pytest.fixture
def package(client: MlflowClient, tmp_path: Path) -> Path:  # noqa: F811
    """Return a copy of the packaged challenger that may be changed."""
    return Path(mlflow.artifacts.download_artifacts("models:/sentiment/2", dst_path=str(tmp_path / "model")))


def refusal(package: Path, entrant: Entrant) -> str:
    with pytest.raises(BadInput) as refused:
        check_package(package, entrant, "version 2 of sentiment")
    return str(refused.value)


def test_what_was_registered_passes_and_what_came_to_it_goes(package: Path, entrant: Entrant) -> None:
    bytecode = package / "__pycache__" / "served_text_classifier.cpython-311.pyc"
    bytecode.parent.mkdir(exist_ok=True)  # Python may have written its own there
    bytecode.write_bytes(b"not what was checked")
    check_package(package, entrant, "version 2 of sentiment")
    assert not bytecode.exists()
    assert package_sha256(package) == entrant.model_sha256


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("artifacts/candidate/candidate.json", "candidate.json of version 2 of sentiment: found sha256"),
        ("artifacts/candidate/model.onnx", "model.onnx of version 2 of sentiment: found sha256"),
        ("artifacts/candidate/tokenizer.json", "tokenizer.json of version 2 of sentiment: found sha256"),
        ("code/onnx_text_classifier.py", "version 2 of sentiment, one of MLmodel, code/onnx_text_classifier.py"),
        ("served_text_classifier.py", "serving_input_example.json: found sha256"),
    ],
)
def test_changed_bytes_are_refused_by_name(package: Path, entrant: Entrant, path: str, sentence: str) -> None:
    with (package / path).open("ab") as file:
        file.write(b"\n")
    assert sentence in refusal(package, entrant)


def test_files_that_are_missing_or_too_many_are_refused(package: Path, entrant: Entrant) -> None:
    (package / "extra.py").write_text("")
    assert "one of MLmodel, code/onnx_text_classifier.py, conda.yaml, extra.py" in refusal(package, entrant)
    shutil.rmtree(package / "artifacts")
    assert "candidate.json of version 2 of sentiment: found no file; expected sha256" in refusal(package, entrant)


def test_a_pickle_is_refused_even_when_the_hash_is_right(package: Path, entrant: Entrant) -> None:
    (package / "python_model.pkl").write_bytes(b"\x80\x05N.")
    tagged = Entrant(**{**vars(entrant), "model_sha256": package_sha256(package)})
    assert "version 2 of sentiment: found python_model.pkl; expected a model from code" in refusal(package, tagged)


def test_a_model_that_says_that_it_is_a_pickle_is_refused(package: Path, entrant: Entrant) -> None:
    description = package / "MLmodel"
    description.write_text(description.read_text().replace("model_code_path:", "python_model:"))
    tagged = Entrant(**{**vars(entrant), "model_sha256": package_sha256(package)})
    assert "found a model that is no code; expected a model from code, without pickles." in refusal(package, tagged)


def test_a_version_with_another_recorded_hash_is_refused_and_nothing_is_left(
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
) -> None:
    crown(client, 1)
    client.set_model_version_tag("sentiment", "1", "candidate_sha256", "1" * 64)
    contest, _ = resolve(client, "sentiment", "2", {})
    with pytest.raises(BadInput, match=r"candidate\.json of version 1 of sentiment: found sha256 .* sha256 1{12}"):
        fetch(client, contest, tmp_path / "contenders")
    assert not (tmp_path / "contenders").exists()


def test_files_that_are_gone_are_a_sentence(client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    version = client.get_model_version("sentiment", "2")
    gone = client.create_model_version("sentiment", str(tmp_path / "gone"), version.run_id, tags=version.tags)
    contest, _ = resolve(client, "sentiment", str(gone.version), {})
    with pytest.raises(BadInput, match=f"version {gone.version} of sentiment: found no model at models:/sentiment/"):
        fetch(client, contest, tmp_path / "contenders")


@pytest.mark.slow
def test_both_are_fetched_with_what_they_have_learned(client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    """Through the body of the component; the champion's run has lost its reference."""
    other_run = client.create_run("0").info.run_id
    client.log_metric(other_run, "accuracy", 0.5)
    one = client.get_model_version("sentiment", "1")
    crown(client, int(client.create_model_version("sentiment", one.source, other_run, tags=one.tags).version))
    contest, _ = resolve(client, "sentiment", "2", {})
    artifact = dsl.Artifact(uri=str(tmp_path / "contenders"))
    fetch_contenders.python_func(contest.to_json(), "0", artifact)
    assert artifact.metadata == {"name": "sentiment", "challenger": 2, "champion": 3, "faults": 0}
    found = read_manifest(tmp_path / "contenders", Contenders)
    assert found.champion
    assert (found.champion.version, found.champion.accuracy, found.ledger_entries) == (3, 0.5, 0)
    assert found.faults == []
    assert "answered 80 texts: 80 labels" in found.served
    for role, contender in (("challenger", found.challenger), ("champion", found.champion)):
        candidate = tmp_path / "contenders" / role / Contenders.CANDIDATE
        assert sha256_of(candidate / "candidate.json") == contender.candidate_sha256
        assert sorted(path.name for path in (tmp_path / "contenders" / role).iterdir()) == [
            "model",
            "training_texts.parquet",
        ]
    learned = [
        pq.read_table(tmp_path / "contenders" / role / "training_texts.parquet", schema=TRAINING_TEXTS_SCHEMA).num_rows
        for role in ("challenger", "champion")
    ]
    assert learned == [300, 0]


@pytest.mark.slow
def test_what_is_fetched_is_measured_anew(
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
    dataset_folder: Path,
) -> None:
    """The registry says of both that they are as good; on the rows only one of them is."""
    crown(client, 1)
    contest, _ = resolve(client, "sentiment", "", {})
    found = fetch(client, contest, tmp_path / "contenders")
    assert found.champion
    assert found.champion.accuracy == found.challenger.accuracy == 0.9125
    comparison = compare(tmp_path / "contenders", dataset_folder, QUICK, tmp_path / "comparison", StepRun())
    assert comparison.champion
    assert comparison.challenger.accuracy.value > comparison.champion.accuracy.value + 0.2
    assert (comparison.rows, comparison.seen_rows, comparison.served) == (80, 0, found.served)


@pytest.mark.slow
def test_a_challenger_without_a_reference_is_not_shown_to_serve(
    client: MlflowClient,  # noqa: F811
    tmp_path: Path,
) -> None:
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "accuracy", 0.9)
    client.log_text(run_id, json.dumps({"data_ingestion": {"source": "a.csv"}}), "asked.json")
    one = client.get_model_version("sentiment", "2")
    version = str(client.create_model_version("sentiment", one.source, run_id, tags=one.tags).version)
    contest, _ = resolve(client, "sentiment", version, {})
    found = fetch(client, contest, tmp_path / "contenders")
    assert found.champion is None
    assert not (tmp_path / "contenders" / "champion").exists()
    assert "the reference of the challenger: found none" in found.faults[0]
