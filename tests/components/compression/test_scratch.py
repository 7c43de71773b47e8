import tempfile
from pathlib import Path

import pytest

from components.compression.scratch import scratch


def test_temporary_files_lie_beside_the_output_and_are_gone_afterwards(tmp_path: Path) -> None:
    before = tempfile.gettempdir()
    with scratch(tmp_path):
        inside = Path(tempfile.mkdtemp())
        assert inside.is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert tempfile.gettempdir() == before


def test_an_error_cleans_up_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken off"), scratch(tmp_path):
        raise ValueError("broken off")
    assert list(tmp_path.iterdir()) == []
