import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_it_runs_by_hand(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "components.model_ingestion", "package://cognition/model", str(tmp_path / "base")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["architecture"] == "bert"
    assert (tmp_path / "base" / "base_model.json").exists()
