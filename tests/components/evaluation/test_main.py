import json
from pathlib import Path

import pytest

from components.contracts.folders import read_manifest
from components.contracts.scorecard import Scorecard
from components.evaluation.__main__ import main


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.mark.slow
def test_the_room_runs_by_hand(tmp_path: Path, baseline_folder: Path, tuned_folder: Path, dataset_folder: Path) -> None:
    section = {"sizes": [[1, 8]], "seconds_per_size": 0.01, "min_calls": 1, "rounds": 1, "split": "validation"}
    (tmp_path / "settings.json").write_text(json.dumps(section))
    places = [str(folder) for folder in (baseline_folder, tuned_folder, dataset_folder, tmp_path / "card")]
    main(["candidate", *places, "--settings", str(tmp_path / "settings.json")])
    assert read_manifest(tmp_path / "card", Scorecard).rows == 60
    assert (tmp_path / "card.html").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "expected a JSON object of settings"),
        ("[1]", "found [1]; expected a JSON object of settings"),
        ('{"seed": -1}', "evaluation.seed: found -1; expected greater than or equal to 0"),
    ],
)
def test_settings_that_cannot_be_read_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["candidate", "a", "b", "c", str(tmp_path / "card"), "--settings", str(tmp_path / "settings.json")])
    assert ended.value.code == 65
    assert sentence in capsys.readouterr().err


def test_folders_that_hold_nothing_are_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["candidate", *(str(tmp_path / name) for name in ("candidate", "tuned", "dataset", "card"))])
    assert ended.value.code == 65
    assert "found no candidate.json; expected a folder that holds a Candidate." in capsys.readouterr().err


def test_contenders_that_are_not_there_are_a_sentence(
    tmp_path: Path, dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["contenders", str(tmp_path / "none"), str(dataset_folder), str(tmp_path / "comparison")])
    assert ended.value.code == 65
    assert "found no contenders.json; expected a folder that holds a Contenders." in capsys.readouterr().err
