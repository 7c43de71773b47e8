from pathlib import Path

import pytest

from components.compression.__main__ import main
from components.contracts.candidate import read_candidate


def test_the_room_runs_by_hand(
    tuned_folder: Path, dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"calibration_rows": 10}')
    main([str(tuned_folder), str(dataset_folder), "onnx-fp32", str(tmp_path / "out"), str(settings)])
    assert "exported to ONNX" in capsys.readouterr().out
    assert read_candidate(tmp_path / "out").recipe == "onnx-fp32"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected a JSON object of settings"),
        ("[]", "found []; expected"),
        ('{"rows": 1}', "known key"),
    ],
)
def test_bad_settings_end_in_a_sentence(
    text: str, sentence: str, tuned_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main([str(tuned_folder), "none", "baseline", str(tmp_path / "out"), str(tmp_path / "settings.json")])
    assert ended.value.code == BAD_INPUT
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error


BAD_INPUT = 65
