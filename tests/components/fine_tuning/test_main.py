import subprocess
import sys
from pathlib import Path

import pytest

from components.fine_tuning.__main__ import main


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "components.fine_tuning", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_settings_at_fault_are_said_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"epochs": "two"}')
    result = run(tmp_path, tmp_path, tmp_path, tmp_path / "tuned", "--settings", tmp_path / "settings.json")
    assert result.returncode == 65
    assert 'fine_tuning.epochs: found "two"' in result.stderr
    assert "Traceback" not in result.stderr


def test_settings_that_cannot_be_read_are_sentences(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "settings.json"
    with pytest.raises(SystemExit) as ended:
        main([*map(str, [tmp_path, tmp_path, tmp_path, tmp_path / "tuned"]), "--settings", str(settings)])
    assert ended.value.code == 65
    said = capfd.readouterr().err
    assert f"{settings}: found No such file or directory; expected a JSON object of settings." in said
    assert "Traceback" not in said


def test_a_folder_that_is_no_contract_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*map(str, [tmp_path, tmp_path, tmp_path, tmp_path / "tuned"])])
    assert ended.value.code == 65
    assert "found no dataset.json; expected a folder that holds a Dataset" in capfd.readouterr().err
