from pathlib import Path

import pytest

from components.contracts.choice import Choice
from components.contracts.folders import read_manifest
from components.selection.__main__ import main


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_the_room_runs_by_hand(scorecards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.json").write_text('{"objective": "best-quality"}')
    main([str(tmp_path / "choice"), *map(str, scorecards), "--settings", str(tmp_path / "settings.json")])
    assert read_manifest(tmp_path / "choice", Choice).chosen == "onnx-fp32"
    assert "onnx-fp32 is the most accurate of 2 candidates within the budgets" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected a JSON object of settings"),
        ("3", "found 3; expected a JSON object of settings"),
        ('{"objective": "cheapest"}', "selection.objective: found \"cheapest\"; expected 'fastest', 'smallest' or"),
    ],
)
def test_settings_that_cannot_be_read_are_sentences(
    scorecards: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "choice"), *map(str, scorecards), "--settings", str(tmp_path / "settings.json")])
    assert ended.value.code == 65
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "choice").exists()
