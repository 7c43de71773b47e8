from pathlib import Path

import pytest
from kfp import dsl

from components.reporting.component import report_run
from components.reporting.story import Inputs


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def call(inputs: Inputs, page: Path) -> None:
    artifacts = {name: dsl.Artifact(uri=str(path)) for name, path in vars(inputs).items()}
    report_run.python_func(**artifacts, code="0", report=dsl.HTML(uri=str(page)))


def test_the_component_leaves_the_page(inputs: Inputs, tmp_path: Path) -> None:
    call(inputs, tmp_path / "report")
    assert (tmp_path / "report").read_text().startswith("<!DOCTYPE html>")


def test_a_refusal_ends_the_process_with_a_sentence(
    inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inputs.tuned / "tuned_model.json").unlink()
    with pytest.raises(SystemExit) as ended:
        call(inputs, tmp_path / "report")
    assert ended.value.code == 65
    assert "reporting cannot go on:" in capsys.readouterr().err
