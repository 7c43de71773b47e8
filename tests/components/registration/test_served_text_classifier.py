"""How a registered model answers once MLflow has loaded it."""

from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.tracking import StepRun
from components.registration.evidence import Inputs
from components.registration.register import register
from tests.components.registration.workshop import SETTINGS, TEXTS


@pytest.fixture
def registered(inputs: Inputs, run: StepRun, tmp_path: Path) -> Inputs:
    register(inputs, SETTINGS, tmp_path / "registration", tmp_path / "card", run)
    return inputs


def test_it_answers_as_the_measured_classifier(registered: Inputs) -> None:
    answer = mlflow.pyfunc.load_model("models:/sentiment@challenger").predict(pd.DataFrame({"text": TEXTS}))
    measured = OnnxTextClassifier(registered.candidates[1]).probabilities(TEXTS)
    np.testing.assert_allclose(answer[["probability_fresh", "probability_rotten"]], measured, atol=1e-6)
    np.testing.assert_allclose(answer[["probability_fresh", "probability_rotten"]].sum(axis=1), 1, atol=1e-6)
    assert list(answer["label"]) == [["fresh", "rotten"][row] for row in measured.argmax(axis=1)]


def test_no_texts_get_no_answers(registered: Inputs) -> None:
    answer = mlflow.pyfunc.load_model("models:/sentiment/1").predict(pd.DataFrame({"text": pd.Series([], dtype=str)}))
    assert list(answer.columns) == ["label", "probability_fresh", "probability_rotten"]
    assert len(answer) == 0


def test_what_is_not_a_text_is_named(registered: Inputs) -> None:
    model = mlflow.pyfunc.load_model("models:/sentiment/1")
    with pytest.raises(MlflowException, match="text: rows 1, 3 hold no text"):
        model.predict(pd.DataFrame({"text": ["a", None, "b", None]}))
    with pytest.raises(MlflowException, match="text"):
        model.predict(pd.DataFrame({"review": ["a film"]}))


@pytest.mark.slow
def test_two_versions_in_one_process_run_their_own_code(
    inputs: Inputs, run: StepRun, client: MlflowClient, tmp_path: Path
) -> None:
    register(inputs, SETTINGS, tmp_path / "first", tmp_path / "card", run)
    step, pipeline = (client.create_run(run.experiment_id).info.run_id for _ in range(2))
    other = StepRun(client, step, pipeline, run.experiment_id)
    register(inputs, SETTINGS, tmp_path / "second", tmp_path / "card", other)
    code = Path(client.get_model_version_download_uri("sentiment", "2")) / "code" / "onnx_text_classifier.py"
    code.write_text(code.read_text().replace("exponents / exponents.sum", "0 * exponents / exponents.sum"))
    models = [mlflow.pyfunc.load_model(f"models:/sentiment/{version}") for version in (1, 2)]
    sums = [model.predict(pd.DataFrame({"text": ["a film"]})).iloc[0, 1:].sum() for model in models]
    assert sums == [pytest.approx(1), 0]
