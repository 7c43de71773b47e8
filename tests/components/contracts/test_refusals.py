"""A second attempt at what was refused ends at once; what is worth another attempt is tried again."""

from pathlib import Path

import pytest

from components.contracts.faults import BadInput, Fault, Refusal, Unavailable
from components.contracts.refusals import REFUSALS, remember, remembered
from components.contracts.step import step

FAULT = Fault("the split test", "empty", "at least one row")


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv(REFUSALS, str(tmp_path / "refusals"))
    return tmp_path / "refusals"


def attempt(error: Refusal | None, recipe: str = "onnx-fp32") -> tuple[bool, int]:
    """Return whether the work was begun, and the exit code of the step around it."""
    begun = False
    try:
        with step("evaluation", recipe):
            begun = True
            if error:
                raise error
    except SystemExit as ended:
        return begun, int(ended.code or 0)
    return begun, 0


def test_a_second_attempt_says_the_same_and_does_no_work(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert attempt(BadInput([FAULT, FAULT])) == (True, 65)
    first = capsys.readouterr().err
    assert attempt(None) == (False, 65)
    assert capsys.readouterr().err == first
    assert str(FAULT) in first


def test_another_task_of_the_room_is_not_refused(notes: Path) -> None:
    attempt(BadInput(FAULT))
    assert attempt(None, "int8-dynamic") == (True, 0)


def test_what_is_worth_another_attempt_is_tried_again(notes: Path) -> None:
    assert attempt(Unavailable(FAULT)) == (True, 69)
    assert attempt(None) == (True, 0)


def test_without_a_folder_nothing_is_remembered(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REFUSALS)
    attempt(BadInput(FAULT))
    assert attempt(None) == (True, 0)


def test_a_folder_that_cannot_be_written_changes_no_answer(notes: Path) -> None:
    notes.write_text("a file in the way")
    assert attempt(BadInput(FAULT)) == (True, 65)


def test_a_note_is_a_file_of_sentences(notes: Path) -> None:
    remember("evaluation/onnx-fp32", ["one.", "two."])
    assert remembered("evaluation/onnx-fp32") == ["one.", "two."]
    assert [path.name for path in notes.iterdir()] == ["evaluation-onnx-fp32.txt"]
