"""Asking a registered model: which version answers, and the sentences when none can."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.models import Model

from components.contracts.faults import BadInput, Unavailable
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.tracking import StepRun
from components.registration.evidence import Evidence, read_evidence
from components.registration.package import log_model
from pipelines.predict import Prediction, predict
from tests.components.registration.workshop import TEXTS, Workshop, workshop  # noqa: F401 - fixture
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures


@pytest.fixture
def evidence(workshop: Workshop) -> Evidence:  # noqa: F811
    return read_evidence(workshop.inputs())


@pytest.fixture
def three_versions(evidence: Evidence, client: MlflowClient) -> MlflowClient:  # noqa: F811
    """Register the same model three times as `sentiment`, without an alias."""
    run_id = client.create_run("0").info.run_id
    with ExitStack() as undo:
        model_id = log_model(client, evidence, StepRun(client, run_id, run_id, "0"), "", undo)
        undo.pop_all()
    client.create_registered_model("sentiment")
    for _ in range(3):
        client.create_model_version("sentiment", f"models:/{model_id}", run_id=run_id)
    return client


def test_it_answers_as_the_measured_classifier(
    three_versions: MlflowClient, evidence: Evidence, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = predict("sentiment", TEXTS)
    measured = OnnxTextClassifier(evidence.candidate_folder).probabilities(TEXTS)
    assert [answer.text for answer in answers] == TEXTS
    for answer, row in zip(answers, measured, strict=True):
        assert answer.probabilities == pytest.approx(
            dict(zip(["fresh", "rotten"], row.tolist(), strict=True)), abs=1e-6
        )
        assert answer.label == max(answer.probabilities, key=lambda label: answer.probabilities[label])
    assert capfd.readouterr() == ("", "")


def test_the_champion_goes_before_the_challenger_and_that_before_the_newest(three_versions: MlflowClient) -> None:
    def answering() -> int:
        return predict("sentiment", ["a film"])[0].version

    assert answering() == 3
    three_versions.set_registered_model_alias("sentiment", "challenger", "2")
    assert answering() == 2
    three_versions.set_registered_model_alias("sentiment", "champion", "1")
    assert answering() == 1
    assert predict("sentiment", ["a film"], version="3")[0].version == 3


def test_a_version_that_does_not_exist_is_refused(three_versions: MlflowClient) -> None:
    for version in ("4", "champion"):
        with pytest.raises(
            BadInput, match=f"version {version} of sentiment: found no such version; expected one of 1, 2, 3"
        ):
            predict("sentiment", ["a film"], version=version)


def test_a_model_that_does_not_exist_is_refused(client: MlflowClient) -> None:  # noqa: F811
    with pytest.raises(BadInput, match="the model films: found an empty registry; expected a registered model"):
        predict("films", ["a film"])
    for name in ("sentiment", "intent"):
        client.create_registered_model(name)
    for name in ("films", "a/b", "it's"):
        with pytest.raises(BadInput, match=f"the model {name}: found only intent, sentiment; .* `bessemer run`"):
            predict(name, ["a film"])
    with pytest.raises(BadInput, match="the model sentiment: found one without any version"):
        predict("sentiment", ["a film"])


def cut_short(folder: Path) -> None:
    (folder / "artifacts" / "candidate" / "model.onnx").write_bytes(b"cut short")


def of_others(folder: Path) -> None:
    description = Model.load(str(folder))
    description.metadata = None
    description.save(str(folder / "MLmodel"))
    (folder / "served_text_classifier.py").write_text("raise AssertionError('loaded')")


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (shutil.rmtree, r"nothing at .*; expected the files that were registered"),
        (lambda folder: (folder / "MLmodel").unlink(), r"files that give no answer \(.*MLmodel"),
        (cut_short, r"files that give no answer \(.*; expected the files that were registered"),
        (of_others, "a model that Bessemer did not make; expected a text classifier of Bessemer's"),
    ],
)
def test_files_that_are_gone_broken_or_not_ours_are_sentences(
    three_versions: MlflowClient, harm: Callable[[Path], object], found: str
) -> None:
    harm(Path(three_versions.get_model_version_download_uri("sentiment", "3")))
    with pytest.raises(BadInput, match=rf"version 3 of sentiment: found {found}.*`bessemer run`"):
        predict("sentiment", ["a film"])


def test_where_nothing_ever_ran_no_database_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path / "home"))
    with pytest.raises(BadInput, match=r"the model sentiment: found no registry at .*mlflow\.db"):
        predict("sentiment", ["a film"])
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_a_sentence(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"the MLflow server at http://127\.0\.0\.1:9: found no answer") as refusal:
        predict("sentiment", ["a film"])
    assert "secret" not in str(refusal.value)


@pytest.mark.slow
def test_no_torch_is_loaded(three_versions: MlflowClient) -> None:
    script = (
        "import sys; from pipelines.predict import predict\n"
        "print(*predict('sentiment', ['a lovely film', 'dull']), sep='\\n')\n"
        "assert not {'torch', 'transformers', 'kfp'} & set(sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    first, second = asked.stdout.splitlines()
    assert first.endswith("  a lovely film")
    assert first.split()[0] in ("fresh", "rotten")
    assert second.endswith("  dull")
    assert asked.stderr == ""


def test_a_prediction_reads_as_a_line() -> None:
    assert str(Prediction("dull", "rotten", {"fresh": 0.25, "rotten": 0.75}, 3)) == "rotten  0.750  dull"


def test_the_callers_own_tracking_uri_stays(three_versions: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mlflow.get_tracking_uri()
    predict("sentiment", ["a film"])
    assert mlflow.get_tracking_uri() == before
