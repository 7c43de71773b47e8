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


@pytest.mark.parametrize(
    ("text", "found"), [(None, "No such file"), ("{", "Expecting property name"), ("[1]", "JSON of type list")]
)
def test_settings_that_cannot_be_read_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, found: str
) -> None:
    settings = tmp_path / "settings.json"
    if text is not None:
        settings.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main([str(settings), str(tmp_path / "dataset")])
    assert ended.value.code == 65
    said = capsys.readouterr().err
    assert f"{settings}: found " in said
    assert found in said
    assert "Traceback" not in said
    assert not (tmp_path / "dataset").exists()
