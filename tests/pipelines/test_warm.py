"""A process that imports while nobody asks, and becomes the first task that does."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from components.evaluation.worker import WARM_PYTHON, Worker
from pipelines.warm import warm_python

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="tasks are handed over on Linux alone"),
]


@pytest.fixture
def python() -> Iterator[str]:
    with warm_python("build_model", all_will_work=True):
        yield os.environ[WARM_PYTHON]


def run(python: str, code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    (folder / "task.py").write_text(textwrap.dedent(code))
    return subprocess.run([python, "-m", "task"], cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_first_finds_torch_imported_and_the_next_gets_a_python_of_its_own(python: str, tmp_path: Path) -> None:
    code = """
        import os, sys
        print("torch" in sys.modules, os.getcwd(), sys.executable)
        raise SystemExit(7)
    """
    ends = [run(python, code, tmp_path) for _ in range(3)]
    assert [end.returncode for end in ends] == [7] * 3
    assert [end.stdout.split() for end in ends] == [
        [str(warm), str(tmp_path), sys.executable] for warm in (True, False, False)
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("raise SystemExit('no such thing')", "no such thing")],
)
def test_a_task_that_fails_says_why(python: str, tmp_path: Path, code: str, said: str) -> None:
    ended = run(python, code, tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith(said)


def test_its_peak_memory_is_that_of_a_process_of_its_own(python: str, tuned_folder: Path, tmp_path: Path) -> None:
    peaks = []
    for interpreter in (python, sys.executable):
        with Worker("torch", tuned_folder, 1, tmp_path / "log", interpreter) as worker:
            worker.seconds(np.ones((1, 16), dtype=np.int64), 1, 0.0, 1)
            peaks.append(worker.peak_memory_mib())
    assert peaks[0] == pytest.approx(peaks[1], rel=0.05)


def test_nobody_is_left_when_nobody_asked() -> None:
    with warm_python("build_model", all_will_work=True):
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    left = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert len(left) < len(children)


@pytest.mark.parametrize(("pipeline", "all_will_work"), [("build_model", False), ("promote_model", True)])
def test_where_none_may_be_measured_none_is_started(pipeline: str, all_will_work: bool) -> None:
    with warm_python(pipeline, all_will_work):
        assert WARM_PYTHON not in os.environ
