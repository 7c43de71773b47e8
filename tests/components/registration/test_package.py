"""The model as MLflow keeps it: what lies in it, and that it answers without what trained it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import venv
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.models import Model
from numpy.typing import NDArray

from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.package import package_sha256
from components.contracts.tracking import StepRun
from components.registration.evidence import Evidence, Inputs, read_evidence
from components.registration.package import EXAMPLE, check_stored, log_model
from tests.components.registration.workshop import TEXTS
from tests.mlflow_here import answering_on, free_port

ROOT = Path(__file__).parents[3]


@pytest.fixture
def evidence(inputs: Inputs) -> Evidence:
    return read_evidence(inputs)


@pytest.fixture
def model_id(evidence: Evidence, run: StepRun, client: MlflowClient) -> str:
    with ExitStack() as undo:
        model_id = log_model(client, evidence, run, "Apache-2.0", undo)
        undo.pop_all()
    return model_id


@pytest.fixture
def folder(model_id: str) -> Path:
    return Path(mlflow.artifacts.download_artifacts(f"models:/{model_id}"))


def expected(evidence: Evidence, texts: list[str]) -> NDArray[np.float32]:
    return OnnxTextClassifier(evidence.candidate_folder).probabilities(texts)


def test_it_holds_no_pickle(folder: Path) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}  # which Python writes on loading
    assert sorted(files - {"registered_model_meta"}) == [  # which MLflow writes on downloading
        "MLmodel",
        "artifacts/candidate/candidate.json",
        "artifacts/candidate/model.onnx",
        "artifacts/candidate/tokenizer.json",
        "code/onnx_text_classifier.py",
        "conda.yaml",
        "input_example.json",
        "python_env.yaml",
        "requirements.txt",
        "served_text_classifier.py",
        "serving_input_example.json",
    ]


def test_it_carries_the_code_that_was_measured(folder: Path) -> None:
    measured = ROOT / "components" / "contracts" / "onnx_text_classifier.py"
    assert (folder / "code" / "onnx_text_classifier.py").read_bytes() == measured.read_bytes()


def test_it_requires_exactly_what_serves_it(folder: Path) -> None:
    names = ("mlflow", "onnxruntime", "tokenizers", "numpy", "pandas")
    assert (folder / "requirements.txt").read_text().splitlines() == [f"{name}=={version(name)}" for name in names]


def test_its_signature_is_a_text_in_and_a_label_with_probabilities_out(folder: Path) -> None:
    model = Model.load(folder)
    assert model.signature.inputs.to_dict() == [{"type": "string", "name": "text", "required": True}]
    assert [(column.name, column.type.name) for column in model.signature.outputs] == [
        ("label", "string"),
        ("probability_fresh", "double"),
        ("probability_rotten", "double"),
    ]
    assert model.load_input_example(folder).equals(EXAMPLE)
    assert model.metadata["license"] == "Apache-2.0"
    assert model.metadata["base_model"] == "package://cognition/model"


def test_the_model_belongs_to_the_steps_run(model_id: str, run: StepRun, client: MlflowClient) -> None:
    model = client.get_logged_model(model_id)
    assert (model.source_run_id, model.name, model.status) == (run.run_id, "onnx-fp32", "READY")
    (output,) = client.get_run(run.run_id).outputs.model_outputs
    assert output.model_id == model_id


def test_a_model_that_answers_otherwise_is_a_defect(model_id: str, folder: Path, evidence: Evidence) -> None:
    assert check_stored(model_id, evidence) == package_sha256(folder)
    manifest = folder / "artifacts" / "candidate" / "candidate.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "max_tokens": 3}))
    with pytest.raises(RuntimeError, match=f"model {model_id} answers otherwise than the measured candidate"):
        check_stored(model_id, evidence)


def without_training_libraries(folder: Path) -> dict[str, str]:
    """Return an environment in which every Python process refuses to import them, and Bessemer itself."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Forbidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'torch', 'transformers', 'components', 'pipelines'}:\n"
        "            raise ImportError(f'{name} is forbidden here')\n"
        "sys.meta_path.insert(0, Forbidden())\n"
    )
    return {**os.environ, "PYTHONPATH": str(folder)}


def predict_command(python: Path, uri: str, folder: Path) -> list[str]:
    """Write the texts to a file, and return the command that asks the model about them."""
    (folder / "input.json").write_text(
        json.dumps({"dataframe_split": {"columns": ["text"], "data": [[t] for t in TEXTS]}})
    )
    files = ["-i", str(folder / "input.json"), "-o", str(folder / "output.json"), "-t", "json"]
    return [str(python), "-m", "mlflow", "models", "predict", "-m", uri, "--env-manager", "local", *files]


def compare(answer: str, evidence: Evidence) -> None:
    """Check a server's or the command line's answer against the measured classifier."""
    table = pd.DataFrame(json.loads(answer)["predictions"])
    probabilities = table[[f"probability_{label}" for label in evidence.candidate.labels]].to_numpy()
    np.testing.assert_allclose(probabilities, expected(evidence, TEXTS), atol=1e-6)
    assert table["label"].tolist() == [evidence.candidate.labels[row] for row in probabilities.argmax(axis=1)]


@pytest.mark.slow
def test_it_answers_where_torch_and_transformers_are_forbidden(
    model_id: str, evidence: Evidence, tmp_path: Path
) -> None:
    environment = without_training_libraries(tmp_path / "forbidding")
    refused = subprocess.run([sys.executable, "-c", "import torch"], env=environment, capture_output=True, text=True)
    assert "torch is forbidden here" in refused.stderr
    command = predict_command(Path(sys.executable), f"models:/{model_id}", tmp_path)
    answered = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert answered.returncode == 0, answered.stderr
    compare((tmp_path / "output.json").read_text(), evidence)


@pytest.mark.slow
def test_it_is_served_in_an_environment_of_its_own(model_id: str, evidence: Evidence, tmp_path: Path) -> None:
    """Makes a virtual environment that never had torch, asks the model there, and serves it there."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    libraries = ["mlflow", "onnxruntime", "tokenizers", "numpy", "pandas"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), *libraries], check=True)
    for name in ("torch", "transformers", "components"):
        assert subprocess.run([python, "-c", f"import {name}"], capture_output=True, cwd=tmp_path).returncode != 0

    uri = f"models:/{model_id}"
    answered = subprocess.run(predict_command(python, uri, tmp_path), capture_output=True, text=True)
    assert answered.returncode == 0, answered.stderr
    compare((tmp_path / "output.json").read_text(), evidence)

    port = free_port()
    serve = [str(python), "-m", "mlflow", "models", "serve", "-m", uri, "--env-manager", "local", "--port", str(port)]
    with answering_on([*serve, "--workers", "1"], port, "/ping", tmp_path / "serving", str(python.parent)) as server:
        compare(post(server.uri, {"dataframe_records": [{"text": text} for text in TEXTS]}), evidence)
        compare(post(server.uri, {"inputs": {"text": TEXTS}}), evidence)
        with pytest.raises(urllib.error.HTTPError) as refusal:
            post(server.uri, {"dataframe_records": [{"text": "a film"}, {"text": None}]})
        assert refusal.value.code == 400
        assert "text: rows 1 hold no text" in refusal.value.read().decode()


def post(server: str, body: object) -> str:
    """Return a scoring server's answer."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server}/invocations", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return str(response.read().decode())
