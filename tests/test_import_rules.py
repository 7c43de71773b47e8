"""The import rules hold, and would catch a breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages in `folder`."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in ("components", "pipelines"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_rules_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "breach", "rule"),
    [
        ("components/evaluation/config.py", "import components.compression.config", "Rooms never import rooms"),
        ("components/selection/config.py", "import pipelines.home", "The graphs know the rooms"),
        ("components/contracts/dataset.py", "import components.selection.config", "Contracts know no room"),
        ("components/evaluation/evaluate.py", "import kfp", "Only component.py imports kfp"),
        ("components/registration/config.py", "import torch", "Light rooms carry no torch"),
        ("pipelines/sections.py", "import kfp", "What checks a run's form"),
    ],
)
def test_a_breach_is_caught(copied: Path, path: str, breach: str, rule: str) -> None:
    file = copied / path
    file.write_text(f"{file.read_text()}\n{breach}\n")
    done = lint_imports(copied)
    assert done.returncode != 0
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line]
    assert any(rule in line for line in broken), done.stdout
