"""The script that MLflow runs to load a registered text classifier (models from code: no pickle).

MLflow keeps a copy of it in the model, and in the model's `code` folder the onnx_text_classifier.py that evaluation
measured. It needs mlflow, onnxruntime, tokenizers, numpy and pandas, and nothing of Bessemer.
"""

from pathlib import Path
from runpy import run_path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

CLASSIFIER = Path(__file__).parent / "code" / "onnx_text_classifier.py"


class ServedTextClassifier(PythonModel):
    """Answers a column of texts with a label and a probability per label."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the candidate, and the code that it was measured with."""
        # by path, not by name: two versions in one process must each run the code that they carry
        classifier = run_path(str(CLASSIFIER))["OnnxTextClassifier"]
        self.classifier = classifier(Path(context.artifacts["candidate"]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return one row a text: `label`, and `probability_<label>` for each label.

        Raises:
            MlflowException: a row that is not a text; the server answers it with status 400.

        """
        texts = model_input["text"].tolist()
        faulty = [str(row) for row, text in enumerate(texts) if not isinstance(text, str)]
        if faulty:
            raise MlflowException.invalid_parameter_value(f"text: rows {', '.join(faulty[:10])} hold no text")
        labels = self.classifier.labels
        probabilities = self.classifier.probabilities(texts).astype("float64")
        answer = pd.DataFrame(probabilities, columns=[f"probability_{label}" for label in labels])
        answer.insert(0, "label", [labels[row] for row in probabilities.argmax(axis=1)])
        return answer


set_model(ServedTextClassifier())
