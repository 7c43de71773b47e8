"""The room by hand."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.drift import Drift
from components.contracts.folders import read_manifest
from components.drift_monitoring.__main__ import main
from components.drift_monitoring.announce import TAG


@pytest.mark.slow
def test_it_prints_what_was_found(
    registered: MlflowClient, batch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sentiment", str(batch), str(tmp_path / "drift"), "--version", "1", "--label-column", "label", "--announce"])
    drift = read_manifest(tmp_path / "drift", Drift)
    assert capsys.readouterr().out == f"{drift.why}\n"
    assert (tmp_path / "drift.html").exists()
    assert TAG in registered.get_registered_model("sentiment").tags


def test_a_refusal_is_a_sentence(
    registered: MlflowClient, batch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sentiment", str(batch), str(tmp_path / "drift"), "--text-column", "body"])
    assert ended.value.code == 65
    assert "column body of batch.csv: found no such column" in capsys.readouterr().err
