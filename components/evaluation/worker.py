"""The near end of a measuring process (`measure.py`): asks, and turns its death into a sentence."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from components.contracts.faults import BadInput, Fault, Unavailable

QUICK_PYTHON = "BESSEMER_QUICK_PYTHON"
"""Names a program that stands in for `python -m` and has torch loaded already; `bessemer run` has one.

Its processes share memory with others, so it serves only where nobody asks for a peak.
"""
WARM_PYTHON = "BESSEMER_WARM_PYTHON"
"""The same for a process that shares no memory: one of the torch models whose peak is asked for finds it ready."""


class Worker:
    """One model in a process of its own. It computes only while it is asked, and is at rest when it has answered."""

    def __init__(
        self,
        runtime: Literal["torch", "onnxruntime"],
        folder: Path,
        threads: int,
        log: Path,
        python: str = sys.executable,
    ) -> None:
        """Start the process; it loads while the caller goes on.

        Args:
            runtime: what runs the model.
            folder: the candidate's folder, or the tuned model's for torch.
            threads: threads of one operator.
            log: a file that takes what the process writes to stderr.
            python: what starts it.

        """
        self.runtime = runtime
        self.folder = folder
        self.log = log
        self._awake = False
        command = [python, "-m", "components.evaluation.measure", runtime, str(folder), str(threads)]
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, "OMP_NUM_THREADS": str(threads)},
                encoding="utf-8",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_until_loaded(self) -> None:
        """Return once the model is loaded and the process is at rest.

        Raises:
            BadInput: the runtime cannot load it.
            Unavailable: the process was killed from outside.

        """
        if not self._awake:
            self._awake = bool(self._reply())

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return logits as (len(texts), labels)."""
        return np.asarray(self._ask(ask="logits", texts=list(texts)), dtype=np.float32)

    def seconds(self, ids: NDArray[np.int64], warm_up: int, seconds: float, calls: int) -> list[float]:
        """Return the wall time of each call with `ids` as (batch, seq), in seconds: see `measure.time_calls`."""
        taken: list[float] = self._ask(ask="seconds", ids=ids.tolist(), warm_up=warm_up, seconds=seconds, calls=calls)
        return taken

    def peak_memory_mib(self) -> float:
        """Return the peak resident memory of the process so far, in MiB."""
        return float(self._ask(ask="peak_memory_mib"))

    def _ask(self, **request: Any) -> Any:
        self.wait_until_loaded()
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._refuse()
        return self._reply()

    def _reply(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self._refuse()
        return json.loads(line)

    def _refuse(self) -> None:
        status = self.process.wait()
        thing = f"{self.folder}, run by {self.runtime}"
        killed_by = status - 128 if status > 128 else -status  # as a shell tells it, or as Popen does
        if killed_by in signal.valid_signals():
            found = f"a process killed by {signal.Signals(killed_by).name}"
            way_out = "SIGKILL mostly means that memory ran out: give the step more, then run again."
            raise Unavailable(Fault(thing, found, "an answer", way_out))
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        found = lines[-1][:300] if lines else f"a process that ended with code {status}"
        raise BadInput(Fault(thing, found, "an answer", "Run the step that made it again, or leave this recipe out."))
