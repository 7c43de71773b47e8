"""Whether the packaged challenger serves: in a process without Bessemer it answers as it was measured."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from components.contracts.faults import Fault
from components.contracts.reference import HELD_OUT_SCHEMA
from components.promotion import serve

MOST_TEXTS = 256
TOLERANCE = 0.1
"""By how much a confidence may differ from the scorecard's.

In fp32 none does. In dynamic int8 a text is rounded by what shares its batch: MiniLM-L6 on 256 film reviews gave 1.6 %
other labels and confidences off by 0.13 at most, 0.09 for 99 % of them.
"""
MOST_DIFFERING = 0.05
"""Share of the texts that may have another label, or a confidence beyond the tolerance."""
_LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Served:
    """What the test found."""

    sentence: str
    faults: list[str] = field(default_factory=list)
    """Why it cannot be served as it is; empty when it can."""


def try_serving(model: Path, held_out: Path | None) -> Served:
    """Serve the packaged model in a process of its own, and compare its answers with the recorded ones.

    Args:
        model: the packaged model's folder.
        held_out: a Parquet file of `HELD_OUT_SCHEMA`, with the answers that were measured; None where there is none.

    """
    if held_out is None:
        expected, way_out = "the answers that were measured", "Register the model again."
        return _refused(Fault("the reference of the challenger", "none", expected, way_out))
    recorded = pq.read_table(held_out, schema=HELD_OUT_SCHEMA).slice(0, MOST_TEXTS)
    with TemporaryDirectory() as folder:
        answers = _serve(model, recorded["text"].to_pylist(), Path(folder))
    return _refused(answers) if isinstance(answers, Fault) else judge_answers(answers, recorded.to_pydict())


def _refused(fault: Fault) -> Served:
    return Served("It was not shown to serve.", [str(fault)])


def _serve(model: Path, texts: Sequence[str], folder: Path) -> dict[str, Any] | Fault:
    """Return the answers of the serving process, or why there are none."""
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    answers, errors = folder / "answers.json", folder / "errors"
    command = [sys.executable, "-IB", serve.__file__, str(model.absolute()), str(folder / "texts.json"), str(answers)]
    # nothing of this process's environment: no address of a server, no secret, no path to Bessemer
    environment = {"PATH": os.defpath, "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    thing, expected = "the packaged challenger", "answers from a serving process"
    way_out = "What was registered does not serve: build the model again."
    with errors.open("wb") as stderr:
        try:
            ended = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdout=stderr,
                stderr=stderr,
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Fault(thing, f"no answer within {_LONGEST_SECONDS} seconds", expected, way_out)
    if ended.returncode:
        lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        found = lines[-1][:300] if lines else f"a process that ended with code {ended.returncode}"
        return Fault(thing, found, expected, way_out)
    result: dict[str, Any] = json.loads(answers.read_bytes())
    return result


def judge_answers(answers: Mapping[str, Any], recorded: Mapping[str, Sequence[Any]]) -> Served:
    """Return what the answers of a serving process are worth.

    Args:
        answers: what `serve` writes.
        recorded: the columns of `HELD_OUT_SCHEMA`, of the same texts.

    """
    rows = len(recorded["text"])
    other_label = np.array(answers["labels"], dtype=object) != np.array(recorded["predicted"], dtype=object)
    gaps = np.abs(np.array(answers["confidences"]) - np.array(recorded["confidence"], dtype=np.float64))
    differing = int((other_label | ~(gaps <= TOLERANCE)).sum())
    faults = []
    if differing > MOST_DIFFERING * rows:
        faults.append(
            Fault(
                "the packaged challenger",
                f"other answers than the scorecard's for {differing} of {rows} texts",
                f"at most {MOST_DIFFERING:.0%} with another label or a confidence off by more than {TOLERANCE}",
                "What was registered is not what was measured: build the model again.",
            )
        )
    if answers["imported"]:
        libraries = " and ".join(answers["imported"])
        faults.append(Fault("the packaged challenger", f"a model that imports {libraries}", "one that serves without"))
    same = rows - int(other_label.sum())
    sentence = (
        f"It was loaded in {answers['seconds']:.1f} s in a process of its own and answered {rows} texts: "
        f"{same} labels as the scorecard has them, confidences off by at most {gaps.max():.2g}."
    )
    if answers["other_versions"]:
        sentence += f" It was packaged with other versions than {', '.join(answers['other_versions'])}."
    return Served(sentence, list(map(str, faults)))
