"""A version built again from what is recorded of it, as a user asks for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines import runs
from tests.pipelines.retrained import Retrained

pytestmark = pytest.mark.slow


def bessemer(home: Path, *arguments: str, temporary: Path) -> "subprocess.CompletedProcess[str]":
    temporary.mkdir(exist_ok=True)
    environment = runs.environment(home, PYTHONPATH=str(runs.ROOT), TMPDIR=str(temporary))
    command = [sys.executable, "-m", "pipelines", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=runs.ROOT, check=False)


def test_it_is_reproduced_to_the_byte_and_the_registry_stays_as_it_was(retrained: Retrained, tmp_path: Path) -> None:
    home = retrained.home
    before = [(found.version, found.aliases) for found in runs.versions(home)]
    output = tmp_path / "reproduction.json"
    # --any-code: the checkout under test may hold changes that are in no commit
    demands = ["--exact", "--any-code", "--output", str(output)]
    done = bessemer(home, "reproduce", "smoke", "2", *demands, temporary=tmp_path / "tmp")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "models:/smoke/2 was reproduced to the byte." in done.stdout
    told = json.loads(output.read_text())
    assert (told["succeeded"], told["to_the_byte"], told["same_arithmetic"]) == (True, True, True)
    assert {each["what"]: each["likeness"] for each in told["compared"]} == dict.fromkeys(
        ["data set", "base model", "tuned weights", "candidate", "accuracy", "macro F1"], "equal"
    )
    assert [(found.version, found.aliases) for found in runs.versions(home)] == before
    assert list((tmp_path / "tmp").glob("bessemer-*")) == []


def test_a_version_that_was_trained_further_names_its_parent(retrained: Retrained, tmp_path: Path) -> None:
    done = bessemer(retrained.home, "lineage", "smoke/2", "--json", temporary=tmp_path / "tmp")
    traced = json.loads(done.stdout)
    assert (traced["version"], traced["parent"]["version"]) == ("models:/smoke/2", "models:/smoke/1")


def test_data_that_have_changed_since_are_named_before_any_work(retrained: Retrained, tmp_path: Path) -> None:
    done = bessemer(retrained.home, "reproduce", "smoke", "1", "--any-code", temporary=tmp_path / "tmp")
    assert done.returncode == 65
    assert f"the data {retrained.reviews}: found md5" in done.stderr
    assert "Traceback" not in done.stderr
    assert "data ingestion" not in done.stdout
    assert list((tmp_path / "tmp").glob("bessemer-*")) == []
