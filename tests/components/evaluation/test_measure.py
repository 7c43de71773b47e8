import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from components.evaluation import measure
from components.evaluation.measure import answer, one_a_core_first, peak_memory_mib, time_calls

LISTING = """
import sys
from pathlib import Path
from components.evaluation.measure import load
load("onnxruntime", Path(sys.argv[1]), 1).logits(["a warm film"])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_process_for_onnxruntime_imports_nothing_that_it_does_not_need(onnx_candidate_folder: Path) -> None:
    command = [sys.executable, "-c", LISTING, str(onnx_candidate_folder)]
    modules = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert {"onnxruntime", "tokenizers", "numpy"} <= modules
    assert not modules & {"torch", "transformers", "mlflow", "pyarrow", "pydantic", "matplotlib", "sklearn", "kfp"}


class Counting:
    """Counts its calls and remembers the last input."""

    def __init__(self) -> None:
        self.calls = 0

    def logits_of_ids(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        self.calls += 1
        assert mask.all()
        assert ids.dtype == mask.dtype == np.int64
        return np.zeros((len(ids), 2), dtype=np.float32)

    def logits(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), 2), 0.1, dtype=np.float32)


def test_warm_up_calls_are_not_counted() -> None:
    model = Counting()
    taken = time_calls(model, [[1, 2, 3]], warm_up=4, seconds=0.0, calls=3)
    assert len(taken) == 3
    assert model.calls == 7


def test_calls_go_on_until_the_seconds_are_timed() -> None:
    taken = time_calls(Counting(), [[1, 2, 3]], warm_up=0, seconds=0.02, calls=1)
    assert sum(taken) >= 0.02
    assert len(taken) > 1


def test_logits_lose_nothing_on_their_way() -> None:
    (row,) = answer(Counting(), {"ask": "logits", "texts": ["x"]})
    assert np.float32(row[0]) == np.float32(0.1)


def test_an_unknown_request_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such request: tea"):
        answer(Counting(), {"ask": "tea"})


def test_peak_memory_is_read_from_the_kernel(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmPeak:\t  999999 kB\nVmHWM:\t  204800 kB\n")
    assert peak_memory_mib(status) == 200.0
    assert peak_memory_mib() > 10
    assert peak_memory_mib(tmp_path / "absent") > 0


def test_threads_are_spread_over_physical_cores_first(tmp_path: Path) -> None:
    for processor, siblings in enumerate(["0-1", "0-1", "2-3", "2-3"]):
        folder = tmp_path / f"cpu{processor}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings)
    assert one_a_core_first({0, 1, 2, 3}, tmp_path) == [0, 2, 1, 3]
    assert one_a_core_first({5, 4}, tmp_path) == [4, 5]


def test_it_waits_until_the_thread_pools_have_stopped_spinning(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = iter([0.0, 0.02, 0.02, 0.03, 0.03, 0.0301])  # before and after each glance
    asleep: list[float] = []
    clock = SimpleNamespace(process_time=lambda: next(computed), sleep=asleep.append, monotonic=lambda: sum(asleep))
    monkeypatch.setattr(measure, "time", clock)
    measure.come_to_rest()
    assert len(asleep) == 3


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep: list[float] = []
    clock = SimpleNamespace(process_time=lambda: sum(asleep), sleep=asleep.append, monotonic=lambda: sum(asleep))
    monkeypatch.setattr(measure, "time", clock)
    measure.come_to_rest()
    assert sum(asleep) == pytest.approx(2.0, abs=0.1)
