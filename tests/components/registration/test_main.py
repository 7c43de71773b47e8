"""Registration run by hand."""

import json
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.registration.__main__ import main
from components.registration.evidence import Inputs
from tests.components.registration.workshop import Workshop, registry


def arguments(inputs: Inputs, settings: Path, output: Path) -> list[str]:
    paths = {name: (value,) for name, value in vars(inputs).items() if isinstance(value, Path)}
    paths |= {"candidate": inputs.candidates, "scorecard": inputs.scorecards}
    named = [part for name, values in paths.items() for path in values for part in (f"--{name}", str(path))]
    return [*named, "--settings", str(settings), "--output", str(output)]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    path.write_text('{"name": "sentiment"}')
    return path


def test_it_says_where_the_model_stands(
    inputs: Inputs,
    settings: Path,
    client: MlflowClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["registration", *arguments(inputs, settings, tmp_path / "registration")])
    main()
    said = capsys.readouterr().out
    assert said == f"models:/sentiment/1 is challenger: onnx-fp32 at sqlite:///{tmp_path}/mlflow.db\n"
    assert (tmp_path / "registration" / "registration.json").exists()
    assert registry(client) == {"sentiment": ({1: ""}, {"challenger": 1})}


def test_a_refusal_is_a_sentence_and_an_exit_code(
    workshop: Workshop,
    settings: Path,
    tracking: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = arguments(workshop.inputs(chosen=""), settings, tmp_path / "registration")
    monkeypatch.setattr(sys, "argv", ["registration", *given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 65
    said = capsys.readouterr().err
    assert "registration cannot go on:\n  candidate baseline: found p95 is 12.0 ms" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No such file or directory"),
        ("{", "expected a JSON object of settings"),
        ("[]", "found []; expected a JSON object"),
        (json.dumps({"name": "a", "alias": "v1"}), "registration.alias: found 'v1'"),
    ],
)
def test_faulty_settings_are_sentences(
    content: str | None,
    sentence: str,
    inputs: Inputs,
    settings: Path,
    tracking: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is None:
        settings.unlink()
    else:
        settings.write_text(content)
    monkeypatch.setattr(sys, "argv", ["registration", *arguments(inputs, settings, tmp_path / "registration")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 65
    assert sentence in capsys.readouterr().err
