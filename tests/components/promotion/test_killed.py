"""Nothing is lost and nothing is done twice, wherever a promotion, an approval or a rollback is killed."""

from itertools import count
from pathlib import Path

import pytest

from components.promotion.entries import champion
from tests.components.promotion.conftest import copied
from tests.components.promotion.dying import WRITES, Dying, Killed, do, do_and_die, kill, prepare
from tests.components.promotion.gate import Gate, promoted, register
from tests.mlflow_here import MlflowClient
from tests.processes import start

ENDS = {
    "promotion": (["promotion"], 4),
    "request": (["request"], 3),
    "refusal": ([], 3),
    "approval": (["request", "approval"], 4),
    "rejection": (["request", "rejection"], 3),
    "taken up": (["request", "approval"], 4),
    "rollback": (["rollback"], 2),
}
"""The entries behind the three promotions that were there, and the champion, once the work is done."""
FAST = ("rollback",)


def whole(gate: Gate, work: str) -> None:
    """Check that all is as if nobody had been killed: chain, alias, mark, and each entry once."""
    state = gate.ledger.look()  # which checks the chain and the mark
    kinds, reigning = ENDS[work]
    assert gate.kinds[3:] == kinds
    assert state.reigning == champion(state.entries) == gate.champion == reigning
    assert not state.unfinished
    assert state.remarks() == []


def killed_at(gate: Gate, work: str, last: int) -> bool:
    """Do the work until its `last`th write; whether there was one."""
    try:
        do(work, Dying(gate.client, last, kill), gate.folder)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("work", [pytest.param(work, marks=() if work in FAST else pytest.mark.slow) for work in ENDS])
def test_killed_at_any_write_and_done_again(work: str, reigned: Gate, tracking: str, tmp_path: Path) -> None:
    for last in count(1):
        folder = tmp_path / str(last)
        folder.mkdir()
        gate = copied(reigned, folder, folder / "mlflow.db")
        prepare(work, gate)
        if not killed_at(gate, work, last):
            break
        assert gate.ledger.look().reigning in (3, ENDS[work][1])
        do(work, gate.client, folder)
        whole(gate, work)
    assert last - 1 == len(WRITES[work])
    whole(gate, work)


@pytest.mark.slow
def test_the_first_promotion_of_all_killed_at_any_write(tracking: str, tmp_path: Path) -> None:
    for last in count(1):
        folder = tmp_path / str(last)
        folder.mkdir()
        (folder / "mlflow.db").write_bytes((tmp_path / "mlflow.db").read_bytes())
        client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
        gate = Gate(client, folder, register(client, folder, 4))
        prepare("promotion", gate)
        if not killed_at(gate, "promotion", last):
            break
        do("promotion", gate.client, folder)
        assert gate.kinds == ["promotion"]
        assert gate.champion == 4
        assert gate.ledger.look().remarks() == []
    assert last - 1 == len(WRITES["promotion"]) + len(["journals", "run", "journal"])


@pytest.mark.slow
@pytest.mark.parametrize("work", ["promotion", "rollback"])
def test_a_process_that_is_killed_leaves_what_the_next_one_finishes(
    work: str, reigned: Gate, tracking: str, tmp_path: Path
) -> None:
    for last in range(1, len(WRITES[work]) + 1):
        folder = tmp_path / str(last)
        folder.mkdir()
        gate = copied(reigned, folder, folder / "mlflow.db")
        prepare(work, gate)
        process = start(do_and_die, work, folder, last)
        process.join()
        assert process.exitcode == -9
        do(work, gate.client, folder)
        whole(gate, work)


def test_what_a_killed_promotion_left_is_said_and_finished_by_another(three_reigns: Gate) -> None:
    prepare("promotion", three_reigns)
    assert killed_at(three_reigns, "promotion", 2)  # the entry is there, the alias has not moved
    state = three_reigns.ledger.look()
    assert (state.reigning, state.unfinished, state.moved_by_hand) == (3, True, False)
    assert state.remarks() == [
        "Entry 4 is not done yet: somebody is at work on it or was broken off; "
        "the next promotion or rollback finishes it."
    ]
    assert three_reigns.ledger.settle().reigning == 4
    whole(three_reigns, "promotion")


def test_what_was_moved_by_hand_after_a_kill_is_not_moved_back(three_reigns: Gate) -> None:
    prepare("promotion", three_reigns)
    assert killed_at(three_reigns, "promotion", 2)
    three_reigns.move_by_hand(1)
    state = three_reigns.ledger.settle()
    assert (state.reigning, state.moved_by_hand) == (1, True)


def test_a_killed_promotion_of_a_version_that_is_gone_is_not_finished(three_reigns: Gate) -> None:
    prepare("promotion", three_reigns)
    assert killed_at(three_reigns, "promotion", 2)
    three_reigns.client.delete_model_version("sentiment", "4")
    state = three_reigns.ledger.settle()
    assert (state.reigning, state.unfinished, state.moved_by_hand) == (3, False, True)
    promoted(three_reigns, 2)
    assert three_reigns.champion == 2
    assert three_reigns.kinds[3:] == ["promotion", "by hand", "promotion"]
