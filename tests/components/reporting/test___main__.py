from pathlib import Path

import pytest

from components.reporting.__main__ import main
from components.reporting.story import Inputs


def test_it_writes_the_page_and_says_why(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    main([*map(str, vars(inputs).values()), str(tmp_path / "page.html")])
    assert capsys.readouterr().out == "int8-dynamic is the fastest.\n"
    assert "<h1>Chosen: <b>int8-dynamic</b></h1>" in (tmp_path / "page.html").read_text()
