from pathlib import Path

import pytest

from components.contracts.folders import read_manifest
from components.contracts.validation import Validation
from components.data_validation.__main__ import main


def test_the_room_runs_by_hand(
    dataset_folder: Path, base_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"tokens": {"max_tokens": 20}}')
    main([str(dataset_folder), str(base_folder), str(tmp_path / "out"), str(tmp_path / "docs.html"), str(settings)])
    out = capsys.readouterr().out
    assert "warn tokens: " in out
    assert "ok   leakage_exact: 0 of 140 held-out texts" in out
    assert read_manifest(tmp_path / "out", Validation).counts["warnings"] == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected a JSON object of settings"),
        ("[]", "found []; expected"),
        ('{"rows": 1}', "known key"),
    ],
)
def test_bad_settings_end_in_a_sentence(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["none", "none", str(tmp_path / "out"), str(tmp_path / "docs"), str(tmp_path / "settings.json")])
    assert ended.value.code == 65
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error
