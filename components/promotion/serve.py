"""A serving process of its own: `python -IB serve.py MODEL TEXTS ANSWERS`.

It loads the packaged model as MLflow's server does and answers the texts of one JSON file into another. It stands for a
machine that serves: it imports nothing of Bessemer, and says whether the model has brought what only training needs.
"""

import json
import sys
import time
from pathlib import Path

NOT_FOR_SERVING = ("torch", "transformers")


def main(model: str, texts: str, answers: str) -> None:
    """Load, answer, and write labels, confidences, seconds to load, and which training libraries were imported."""
    import pandas as pd  # type: ignore[import-untyped]
    from mlflow import pyfunc

    asked = pd.DataFrame({"text": json.loads(Path(texts).read_bytes())}, dtype=object)
    started = time.perf_counter()
    served = pyfunc.load_model(model, suppress_warnings=True)
    seconds = time.perf_counter() - started
    answer = served.predict(asked)
    result = {
        "labels": answer["label"].tolist(),
        "confidences": answer.drop(columns="label").max(axis=1).tolist(),
        "seconds": seconds,
        "imported": [name for name in NOT_FOR_SERVING if name in sys.modules],
    }
    Path(answers).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
