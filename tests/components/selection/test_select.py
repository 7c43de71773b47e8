import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.contracts.choice import Choice
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import read_manifest
from components.contracts.tracking import StepRun, step_run
from components.selection.config import SelectionSettings
from components.selection.select import metrics_of, select


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_choice_and_its_evidence_are_written(scorecards: list[Path], tmp_path: Path) -> None:
    choice = select(scorecards, SelectionSettings(), tmp_path / "out" / "choice", tmp_path / "r.html", StepRun())
    assert choice.chosen == "int8-dynamic"
    assert read_manifest(tmp_path / "out" / "choice", Choice) == choice
    assert names(tmp_path / "out" / "choice") == {"choice.json", "frontier.png", "report.html"}
    assert (tmp_path / "r.html").read_bytes() == (tmp_path / "out" / "choice" / "report.html").read_bytes()


def test_nothing_within_the_budgets_is_written_too(scorecards: list[Path], tmp_path: Path) -> None:
    settings = SelectionSettings(min_speed_up=100.0)
    select(scorecards, settings, tmp_path / "choice", tmp_path / "r.html", StepRun())
    choice = read_manifest(tmp_path / "choice", Choice)
    assert choice.chosen == ""
    assert choice.verdicts[1].reasons == ["speed-up 2.5 times is under the budget of 100.0 times"]
    assert "Nothing is within the budgets" in (tmp_path / "r.html").read_text()
    assert metrics_of(choice) == {"candidates": 3, "within_budgets": 0}


def test_the_same_scorecards_give_the_same_bytes(scorecards: list[Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        select(scorecards, SelectionSettings(), tmp_path / name, tmp_path / f"{name}.html", StepRun())
    for file in names(tmp_path / "one"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_refusal_leaves_nothing(scorecards: list[Path], tmp_path: Path) -> None:
    before = names(tmp_path)
    with pytest.raises(BadInput, match="one of the baseline among them"):
        select(scorecards[:1], SelectionSettings(), tmp_path / "choice", tmp_path / "r.html", StepRun())
    assert names(tmp_path) == before


@pytest.mark.usefixtures("tracking")
def test_the_run_holds_the_choice(scorecards: list[Path], tmp_path: Path) -> None:
    with step_run("selection") as run:
        select(scorecards, SelectionSettings(max_mib=50.0), tmp_path / "choice", tmp_path / "r.html", run)
    assert run.client
    data = run.client.get_run(run.run_id).data
    assert data.tags["chosen"] == "int8-dynamic"
    assert data.params == {"objective": "fastest", "max_quality_drop": "1.0", "max_mib": "50.0"}
    assert data.metrics["quality_drop/pruned"] == 5.0
    assert [file.path for file in run.client.list_artifacts(run.run_id, "plots")] == ["plots/frontier.png"]
    assert [file.path for file in run.client.list_artifacts(run.run_id, "choice")] == ["choice/choice.json"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(scorecards: list[Path], tmp_path: Path, tiny_disk: Path) -> None:
    with pytest.raises(Unwritable) as refused:
        select(scorecards, SelectionSettings(), tiny_disk / "choice", tmp_path / "r.html", StepRun())
    assert "no space left on the device" in str(refused.value)
    assert names(tiny_disk) == set()
    assert not (tmp_path / "r.html").exists()
