import signal
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from components.contracts.faults import BadInput, Unavailable
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.evaluation.worker import Worker

TEXTS = ["a warm and lovely film", "dull", "", "grim scenes in town " * 40]


@pytest.fixture
def broken_folder(tmp_path: Path, onnx_candidate_folder: Path) -> Path:
    """A candidate's folder whose model may be replaced."""
    folder = tmp_path / "candidate"
    folder.mkdir()
    for name in ("candidate.json", "tokenizer.json", "model.onnx"):
        (folder / name).write_bytes((onnx_candidate_folder / name).read_bytes())
    return folder


def test_a_process_answers_as_the_model_does_and_holds_nothing_of_torch(
    tmp_path: Path, onnx_candidate_folder: Path
) -> None:
    with Worker("onnxruntime", onnx_candidate_folder, 1, tmp_path / "log") as worker:
        logits = worker.logits(TEXTS)
        seconds = worker.seconds(np.ones((2, 8), dtype=np.int64), 1, 0.0, 5)
        peak = worker.peak_memory_mib()
        loaded = Path(f"/proc/{worker.process.pid}/maps").read_text()
    assert np.array_equal(logits, OnnxTextClassifier(onnx_candidate_folder, 1).logits(TEXTS))
    assert len(seconds) == 5
    assert 10 < peak < 1000
    assert "onnxruntime" in loaded
    assert "libtorch" not in loaded
    assert worker.process.returncode is not None


def test_logits_that_are_no_numbers_arrive_as_such(tmp_path: Path, broken_folder: Path) -> None:
    model = onnx.load(broken_folder / "model.onnx")
    bias = next(entry for entry in model.graph.initializer if list(entry.dims) == [2])
    bias.CopyFrom(numpy_helper.from_array(np.array([np.nan, 0], dtype=np.float32), bias.name))
    onnx.save(model, broken_folder / "model.onnx")
    with Worker("onnxruntime", broken_folder, 1, tmp_path / "log") as worker:
        assert np.isnan(worker.logits(["dull"])[0, 0])


def test_a_model_that_does_not_load_is_a_sentence(tmp_path: Path, broken_folder: Path) -> None:
    (broken_folder / "model.onnx").write_bytes(b"no model")
    with Worker("onnxruntime", broken_folder, 1, tmp_path / "log") as worker, pytest.raises(BadInput) as refused:
        worker.wait_until_loaded()
    (fault,) = refused.value.faults
    assert fault.thing == f"{broken_folder}, run by onnxruntime"
    assert "INVALID_PROTOBUF" in fault.found
    assert "leave this recipe out" in fault.way_out


def test_a_process_that_is_killed_is_worth_a_retry(tmp_path: Path, onnx_candidate_folder: Path) -> None:
    with Worker("onnxruntime", onnx_candidate_folder, 1, tmp_path / "log") as worker:
        worker.wait_until_loaded()
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
        with pytest.raises(Unavailable) as refused:
            worker.logits(["dull"])
    assert "found a process killed by SIGKILL; expected an answer." in str(refused.value)
    assert "memory ran out" in str(refused.value)


def test_a_kill_that_a_shell_tells_of_is_one_too(tmp_path: Path, onnx_candidate_folder: Path) -> None:
    shell = tmp_path / "python"
    shell.write_text("#!/bin/sh\nexit 137\n")
    shell.chmod(0o700)
    worker = Worker("onnxruntime", onnx_candidate_folder, 1, tmp_path / "log", python=str(shell))
    with worker, pytest.raises(Unavailable, match="killed by SIGKILL"):
        worker.wait_until_loaded()


def test_an_exit_code_above_every_signal_is_no_kill(tmp_path: Path, onnx_candidate_folder: Path) -> None:
    shell = tmp_path / "python"
    shell.write_text("#!/bin/sh\nexit 255\n")
    shell.chmod(0o700)
    worker = Worker("onnxruntime", onnx_candidate_folder, 1, tmp_path / "log", python=str(shell))
    with worker, pytest.raises(BadInput, match="found a process that ended with code 255"):
        worker.wait_until_loaded()


def test_a_process_that_ends_silently_is_a_sentence_too(tmp_path: Path, onnx_candidate_folder: Path) -> None:
    worker = Worker("onnxruntime", onnx_candidate_folder, 1, tmp_path / "log")
    worker.wait_until_loaded()
    with worker.process:  # the end of its input is the end of the process
        assert worker.process.stdin
        worker.process.stdin.close()
        with pytest.raises(BadInput, match="found a process that ended with code 0"):
            worker._reply()
