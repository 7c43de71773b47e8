import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from components.contracts.faults import Unwritable
from components.fine_tuning.checkpoints import checkpoint_file, load_checkpoint, remove_checkpoint, save_checkpoint
from components.fine_tuning.config import FineTuningSettings

STATE = {"place": {"step": 3}, "weights": {"w": torch.arange(4.0)}, "history": [(1, {"loss": 0.5})], "best": None}


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "a" / "state.pt"
    save_checkpoint(file, STATE)
    state = load_checkpoint(file)
    assert state
    assert torch.equal(state["weights"]["w"], torch.arange(4.0))
    assert state["history"] == [(1, {"loss": 0.5})]
    assert [path.name for path in file.parent.iterdir()] == ["state.pt"]
    remove_checkpoint(file)
    assert load_checkpoint(file) is None
    assert not file.parent.exists()


def test_data_model_settings_and_code_each_have_a_checkpoint_of_their_own(checkpoints: Path) -> None:
    settings = FineTuningSettings()
    files = {
        checkpoint_file("data", "base", settings),
        checkpoint_file("other", "base", settings),
        checkpoint_file("data", "other", settings),
        checkpoint_file("data", "base", replace(settings, seed=1)),
        checkpoint_file("data", "base", settings, code="edited"),
    }
    assert len(files) == 5
    assert {file.parent.parent for file in files} == {checkpoints}
    assert checkpoint_file("data", "base", FineTuningSettings()) in files


def test_without_the_variable_they_lie_where_the_command_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BESSEMER_CHECKPOINTS")
    monkeypatch.chdir(tmp_path)
    assert checkpoint_file("d", "b", FineTuningSettings()).is_relative_to(tmp_path / ".bessemer" / "checkpoints")


@pytest.mark.parametrize("keep", [0, 10, -20])
def test_one_that_was_cut_short_is_said_and_left_out(
    tmp_path: Path, keep: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state.pt"
    save_checkpoint(file, STATE)
    file.write_bytes(file.read_bytes()[:keep])
    assert load_checkpoint(file) is None
    assert "cannot be read" in capsys.readouterr().err


class Trap:
    """What an attacker would put there."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch trapped",)


def test_a_pickle_that_runs_code_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weights": Trap()}, tmp_path / "state.pt")
    assert load_checkpoint(tmp_path / "state.pt") is None
    assert not (tmp_path / "trapped").exists()


def test_a_full_disk_keeps_the_checkpoint_before(small_disk: Path) -> None:
    file = small_disk / "a" / "state.pt"
    save_checkpoint(file, STATE)
    with pytest.raises(Unwritable, match="no space left on the device"):
        save_checkpoint(file, {"weights": torch.zeros(5_000_000)})
    assert [path.name for path in file.parent.iterdir()] == ["state.pt"]
    assert load_checkpoint(file)
