"""A serving process of its own: `python -IB serve.py MODEL TEXTS ANSWERS`.

It loads the packaged model as MLflow's server does and answers the texts of one JSON file into another. It stands for a
machine that serves: it imports nothing of Bessemer, and says whether the model has brought what only training needs,
and which libraries are there in other versions than the model was packaged with.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NOT_FOR_SERVING = ("torch", "transformers")


def other_versions(requirements: Path) -> Iterator[str]:
    """Yield each library of which another version is installed than the file asks for, such as `numpy 2.3.0`."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requirements.read_text(encoding="utf-8").splitlines():
        with suppress(InvalidRequirement, PackageNotFoundError):  # mlflow comes as mlflow-skinny too
            asked = Requirement(line)
            found = version(asked.name)
            if not asked.specifier.contains(found, prereleases=True):
                yield f"{asked.name} {found}"


def main(model: str, texts: str, answers: str) -> None:
    """Load and answer; write labels, confidences, seconds to load, imported training libraries and other versions."""
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
        "other_versions": [*other_versions(Path(model) / "requirements.txt")],
        "imported": [name for name in NOT_FOR_SERVING if name in sys.modules],
    }
    Path(answers).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
