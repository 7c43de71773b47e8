import json
from pathlib import Path

import pytest

from components.contracts.dataset import read_dataset
from components.data_ingestion.__main__ import main
from tests.components.data_ingestion.sources import reviews, write


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_the_room_runs_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    section = {
        "source": str(write(tmp_path / "reviews.csv", reviews())),
        "text_column": "text",
        "label_column": "label",
    }
    (tmp_path / "settings.json").write_text(json.dumps(section))
    main([str(tmp_path / "settings.json"), str(tmp_path / "dataset")])
    assert json.loads(capsys.readouterr().out)["labels"] == read_dataset(tmp_path / "dataset").labels


def test_settings_that_cannot_be_read_are_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "settings.json"
    with pytest.raises(SystemExit) as ended:
        main([str(settings), str(tmp_path / "dataset")])
    assert ended.value.code == 65
    said = capsys.readouterr().err
    assert f"{settings}: found No such file or directory; expected a JSON object of settings." in said
    assert "Traceback" not in said
    assert not (tmp_path / "dataset").exists()
