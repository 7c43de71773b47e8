"""A process that holds one model and answers for it: `python -m components.evaluation.measure RUNTIME FOLDER THREADS`.

It reads one JSON object a line and writes one a line. It imports only what the model needs, because its own peak memory
is one of the answers.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from components.contracts.garbage import collect_rarely

_MIB = 1024 * 1024
_GLANCE_SECONDS = 0.01
_AT_REST = 0.1
"""Share of a glance that a process at rest may still have computed."""
_LONGEST_SETTLING_SECONDS = 2.0


class Classifier(Protocol):
    """A model that answers."""

    def logits_of_ids(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return logits as (batch, labels) for token ids and attention mask as (batch, seq)."""
        ...

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return logits as (len(texts), labels), in the order of `texts`."""
        ...


def load(runtime: str, folder: Path, threads: int) -> Classifier:
    """Return the model in `folder`, ready to answer on `threads` threads."""
    if runtime == "onnxruntime":
        from components.contracts.onnx_text_classifier import OnnxTextClassifier

        return OnnxTextClassifier(folder, threads)
    from components.evaluation.torch_classifier import TorchTextClassifier

    return TorchTextClassifier(folder, threads)


def pin(threads: int) -> None:
    """Keep this process on as many cores as it has threads, where the system knows how (Linux)."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, one_a_core_first(os.sched_getaffinity(0))[:threads])


def one_a_core_first(processors: Iterable[int], system: Path = Path("/sys/devices/system/cpu")) -> list[int]:
    """Return logical processors so that the first ones share no physical core."""
    first: dict[str, int] = {}
    for processor in sorted(processors):
        siblings = system / f"cpu{processor}" / "topology" / "thread_siblings_list"
        first.setdefault(siblings.read_text() if siblings.exists() else str(processor), processor)
    return [*first.values(), *sorted(set(processors) - set(first.values()))]


def time_calls(
    classifier: Classifier, ids: Sequence[Sequence[int]], warm_up: int, seconds: float, calls: int
) -> list[float]:
    """Return the wall time of each call in seconds.

    Args:
        classifier: the model.
        ids: token ids as (batch, seq); all of them are attended to.
        warm_up: calls beforehand that are not counted.
        seconds: calls go on until this many seconds have been timed,
        calls: and until there are this many.

    """
    batch = np.asarray(ids, dtype=np.int64)
    mask = np.ones_like(batch)
    for _ in range(warm_up):
        classifier.logits_of_ids(batch, mask)
    taken: list[float] = []
    while len(taken) < calls or sum(taken) < seconds:
        started = time.perf_counter()
        classifier.logits_of_ids(batch, mask)
        taken.append(time.perf_counter() - started)
    return taken


def peak_memory_mib(status: Path = Path("/proc/self/status")) -> float:
    """Return the peak resident memory of this process in MiB: VmHWM on Linux, ru_maxrss (bytes) on macOS."""
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def come_to_rest() -> None:
    """Wait until this process computes nothing any more.

    Thread pools spin for a while after their work is done; they would take the cores from whoever is measured next.
    """
    deadline = time.monotonic() + _LONGEST_SETTLING_SECONDS
    while time.monotonic() < deadline:
        before = time.process_time()
        time.sleep(_GLANCE_SECONDS)
        if time.process_time() - before < _GLANCE_SECONDS * _AT_REST:
            return


def answer(classifier: Classifier, request: dict[str, Any]) -> Any:
    """Return the answer to one request, by its `ask`: `logits`, `seconds` or `peak_memory_mib`."""
    match request["ask"]:
        case "logits":
            return classifier.logits(request["texts"]).tolist()
        case "seconds":
            return time_calls(classifier, request["ids"], request["warm_up"], request["seconds"], request["calls"])
        case "peak_memory_mib":
            return peak_memory_mib()
    raise ValueError(f"no such request: {request['ask']}")


def main(runtime: str, folder: str, threads: str) -> None:
    """Load the model, say so, and answer until the input ends."""
    collect_rarely()
    # libraries that print must not speak between the answers
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        pin(int(threads))
        classifier = load(runtime, Path(folder), int(threads))
        print("true", file=answers, flush=True)
        for line in sys.stdin:
            reply = json.dumps(answer(classifier, json.loads(line)))
            come_to_rest()
            print(reply, file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
