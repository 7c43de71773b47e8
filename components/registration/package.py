"""The model as MLflow keeps it: a pyfunc from code, with its signature, an example and its exact requirements."""

import shutil
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd  # type: ignore[import-untyped]
from mlflow import MlflowClient, artifacts, pyfunc
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema

from components.contracts import onnx_text_classifier
from components.contracts.contenders import Contenders
from components.contracts.package import package_sha256
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import StepRun
from components.registration.evidence import Evidence

LIBRARIES = ("onnxruntime", "tokenizers", "numpy", "pandas")
"""What serving needs beside mlflow; pinned to the versions that are installed here."""
EXAMPLE = pd.DataFrame({"text": ["This is the first text.", "And this is another one, somewhat longer."]})
"""Written for the purpose: rows of the data set may be private."""
_TOLERANCE = 1e-6


def log_model(client: MlflowClient, evidence: Evidence, run: StepRun, licence: str, undo: ExitStack) -> str:
    """Log the chosen candidate as a model of the step's run and return its id.

    Args:
        client: of the tracking server that the run lives on.
        evidence: what is logged.
        run: the run that the model belongs to; its metrics become the model's.
        licence: the model's, as an SPDX identifier; may be empty.
        undo: is told how to take the model back.

    """
    model_id = client.create_logged_model(
        run.experiment_id, evidence.candidate.recipe, source_run_id=run.run_id, model_type=evidence.candidate.task
    ).model_id
    undo.callback(client.delete_logged_model, model_id)
    with TemporaryDirectory() as place:
        # MLflow keeps an artifact under the name of its folder, and follows no link out of it
        candidate = shutil.copytree(evidence.candidate_folder, Path(place) / Path(Contenders.CANDIDATE).name)
        Model.log(
            artifact_path=None,
            flavor=pyfunc,
            run_id=run.run_id,
            model_id=model_id,
            name=evidence.candidate.recipe,
            python_model=str(Path(__file__).with_name("served_text_classifier.py")),
            artifacts={"candidate": str(candidate)},
            code_paths=[onnx_text_classifier.__file__],
            signature=signature(evidence.candidate.labels),
            input_example=EXAMPLE,
            pip_requirements=[f"{library}=={version(library)}" for library in LIBRARIES],
            metadata=_metadata(evidence, licence),
        )
    return model_id


def check_stored(model_id: str, evidence: Evidence) -> str:
    """Fetch the logged model from where it was stored, check that it answers as measured, and return its hash.

    Returns:
        `components.contracts.package.package_sha256` of what was stored.

    Raises:
        RuntimeError: its answers differ from the measured candidate's by more than 1e-6: a defect.

    """
    with TemporaryDirectory() as place:
        folder = artifacts.download_artifacts(f"models:/{model_id}", dst_path=place)
        model = pyfunc.load_model(folder, suppress_warnings=True)
        answers = model.predict(EXAMPLE).drop(columns="label").to_numpy()
        classifier = onnx_text_classifier.OnnxTextClassifier(evidence.candidate_folder)
        difference = float(abs(answers - classifier.probabilities(EXAMPLE["text"].tolist())).max())
        if not difference <= _TOLERANCE:
            raise RuntimeError(f"model {model_id} answers otherwise than the measured candidate: by {difference}")
        return package_sha256(Path(folder))


def signature(labels: list[str]) -> ModelSignature:
    """Return the columns that go in and come out: a text; a label, and a probability for each label."""
    probabilities = [ColSpec("double", f"probability_{label}") for label in labels]
    return ModelSignature(Schema([ColSpec("string", "text")]), Schema([ColSpec("string", "label"), *probabilities]))


def _metadata(evidence: Evidence, licence: str) -> dict[str, object]:
    """Return what stays with the model's files when they leave the registry."""
    return {
        "task": evidence.candidate.task,
        "labels": evidence.candidate.labels,
        "max_tokens": evidence.candidate.max_tokens,
        "base_model": evidence.base.source,
        "base_revision": evidence.base.revision,
        CANDIDATE: evidence.candidate_sha256,
        **({"license": licence} if licence else {}),
    }
