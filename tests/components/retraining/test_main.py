import json
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.retraining.__main__ import main
from components.retraining.record import Record, journal_of, read_record
from tests.components.retraining.models import DATA, NAME, OTHER_DATA, register


def test_it_answers_and_writes_nothing(
    client: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register(client)
    main([NAME, DATA])
    assert "sentiment is not trained again" in capsys.readouterr().out
    (tmp_path / "settings.json").write_text(json.dumps({"max_age_days": 3}))
    main([NAME, OTHER_DATA, "--settings", str(tmp_path / "settings.json")])
    assert "sentiment is trained again" in capsys.readouterr().out
    assert read_record(journal_of(client, NAME)) == Record()
