import os
from pathlib import Path

import pytest

from components.fine_tuning.threads import usable_cores

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("max 100000\n", ALL), ("100000 100000\n", 1), ("20000 100000\n", 1), ("9900000 100000\n", ALL)],
)
def test_a_containers_limit_is_kept(tmp_path: Path, limit: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(limit)
    assert usable_cores(tmp_path / "cpu.max") == cores


def test_without_a_limit_all_cores_are_used(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "none") == ALL
