import json
from pathlib import Path

import pytest

from components.contracts.decision import Decision
from components.contracts.folders import read_manifest
from components.gating.__main__ import main


@pytest.fixture(autouse=True)
def untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_it_decides_and_explains(comparison: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "decision"), str(comparison)])
    decision = read_manifest(tmp_path / "decision", Decision)
    assert capsys.readouterr().out.splitlines()[0] == decision.why
    assert (tmp_path / "decision.html").is_file()


def test_settings_come_from_a_file(comparison: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"rule": "superior"}))
    main([str(tmp_path / "decision"), str(comparison), "--settings", str(tmp_path / "settings.json")])
    assert not read_manifest(tmp_path / "decision", Decision).passed
