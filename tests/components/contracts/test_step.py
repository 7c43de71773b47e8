"""What every step does around its work: exit codes, sentences in the log, events for the watcher."""

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from components.contracts.events import EVENTS
from components.contracts.faults import BadInput, Fault, Unavailable, Unwritable
from components.contracts.step import step


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(EVENTS, str(tmp_path / "events.jsonl"))
    return tmp_path / "events.jsonl"


def told(events: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in events.read_text().splitlines()]


def fail(error: BaseException) -> int | str | None:
    """Return the exit code of a step whose work raises `error`."""
    with pytest.raises(SystemExit) as ended, step("evaluation", "onnx-fp32"):
        raise error
    assert ended.value.__cause__ is None
    assert ended.value.__suppress_context__
    return ended.value.code


def test_a_finished_step_tells_time_and_memory(events: Path) -> None:
    with step("evaluation", "onnx-fp32") as run:
        assert run.client is None
    started, finished = told(events)
    assert (started["event"], started["room"], started["detail"]) == ("started", "evaluation", "onnx-fp32")
    assert started["pid"] == os.getpid()
    assert finished["event"] == "finished"
    assert finished["seconds"] >= 0
    assert finished["peak_mib"] > 10
    assert finished["run_id"] == ""


@pytest.mark.parametrize(("kind", "code"), [(BadInput, 65), (Unavailable, 69), (Unwritable, 73)])
def test_a_refusal_is_its_sentences_and_no_traceback(
    kind: type[BadInput], code: int, events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail(kind([Fault("rows", "3", "at least 10"), Fault("labels", "1", "2 or more", "Add one.")])) == code
    assert capsys.readouterr().err == (
        "evaluation cannot go on:\n"
        "  rows: found 3; expected at least 10.\n"
        "  labels: found 1; expected 2 or more. Add one.\n"
    )
    failed = told(events)[-1]
    assert (failed["event"], failed["defect"]) == ("failed", False)
    assert failed["faults"] == ["rows: found 3; expected at least 10.", "labels: found 1; expected 2 or more. Add one."]


def test_a_full_disk_that_the_work_did_not_expect_is_a_sentence(
    events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail(OSError(errno.ENOSPC, "No space left on device", "/out/model")) == 73
    assert "/out/model: found no space left on the device" in capsys.readouterr().err
    assert fail(OSError(errno.ENOSPC, "No space left on device")) == 73
    assert "the output: found no space left on the device" in capsys.readouterr().err


def test_another_error_of_the_system_names_the_file(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fail(FileNotFoundError(errno.ENOENT, "No such file or directory", "/in/rows.csv")) == 70
    assert "/in/rows.csv: found No such file or directory; expected a readable file" in capsys.readouterr().err
    assert told(events)[-1]["defect"] is False


def test_a_file_that_may_not_be_read_is_not_taken_for_one_that_cannot_be_written(
    events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory() as open_to_all:
        rows = Path(open_to_all, "rows.csv")
        rows.touch(mode=0o200)
        Path(open_to_all).chmod(0o755)
        mine = os.geteuid()
        if mine == 0:
            os.seteuid(nobody)  # root may read everything
        try:
            with pytest.raises(SystemExit) as ended, step("evaluation", "onnx-fp32"):
                rows.read_text()
        finally:
            os.seteuid(mine)
    assert ended.value.code == BadInput.exit_code
    assert "rows.csv: found no permission to read; expected a readable file" in capsys.readouterr().err


def test_a_defect_leaves_a_traceback_in_the_log(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fail(ZeroDivisionError("division by zero")) == 70
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):")
    assert said.endswith("ZeroDivisionError: division by zero\n")
    failed = told(events)[-1]
    assert failed["defect"] is True
    assert failed["faults"] == ["ZeroDivisionError: division by zero"]


def test_an_interrupt_is_told_and_ends_as_the_shell_expects(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fail(KeyboardInterrupt()) == 130
    assert told(events)[-1]["event"] == "interrupted"
    assert capsys.readouterr().err == ""


def test_an_exit_of_the_work_passes_through(events: Path) -> None:
    with pytest.raises(SystemExit) as ended, step("evaluation"):
        raise SystemExit(3)
    assert ended.value.code == 3


def test_a_step_that_only_looks_something_up_has_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with step("data_ingestion", "data source", tracked=False) as run:
        assert run.client is None


def test_libraries_are_quiet_unless_the_user_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSFORMERS_VERBOSITY", "info")
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    with step("evaluation"):
        assert os.environ["TRANSFORMERS_VERBOSITY"] == "info"
        assert os.environ["TQDM_DISABLE"] == "1"


def test_a_process_ends_with_the_code_and_the_sentences(events: Path) -> None:
    script = (
        "import os, signal\nfrom components.contracts.step import step\n"
        "with step('evaluation'):\n    os.kill(os.getpid(), signal.SIGINT)\n    import time; time.sleep(10)"
    )
    interrupted = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (interrupted.returncode, interrupted.stderr) == (130, "")
    assert [event["event"] for event in told(events)] == ["started", "interrupted"]
