"""What a model's owner demands is an entry, and what was decided before it no longer counts."""

import pytest

from components.contracts.faults import BadInput
from components.contracts.journal import Overtaken
from components.contracts.tracking import StepRun
from components.promotion.approval import answer, take_up
from components.promotion.config import PromotionSettings
from components.promotion.entries import policy_of
from components.promotion.policy import set_policy
from components.promotion.promote import promote
from tests.components.promotion.gate import Gate, promoted

STRICT = {"gating": {"margin_points": 0.5}, "promotion": {"policy": "approve"}}


def test_a_policy_is_an_entry_and_moves_nobody(three_reigns: Gate) -> None:
    entry = set_policy(three_reigns.ledger, STRICT, "Reviews are public.")
    assert (entry.number, entry.values["policy"], entry.values["why"]) == (4, STRICT, "Reviews are public.")
    state = three_reigns.ledger.look()
    assert (state.reigning, state.unfinished, state.remarks()) == (3, False, [])
    assert policy_of(state.entries) == entry


def test_the_same_policy_is_set_once_and_another_takes_its_place(three_reigns: Gate) -> None:
    first = set_policy(three_reigns.ledger, STRICT, "Reviews are public.")
    assert set_policy(three_reigns.ledger, STRICT, "Again.") == first
    set_policy(three_reigns.ledger, {"gating": {"alpha": 0.01}}, "Be sure.")
    lifted = set_policy(three_reigns.ledger, {}, "Enough.")
    assert (lifted.number, lifted.values["policy"]) == (6, {})


def test_where_none_was_ever_set_there_is_none_to_lift(three_reigns: Gate) -> None:
    with pytest.raises(BadInput, match="the policy of sentiment: found none; expected one to lift"):
        set_policy(three_reigns.ledger, {}, "Enough.")
    assert three_reigns.kinds == ["promotion"] * 3


def test_a_move_by_hand_is_recorded_before_the_policy(three_reigns: Gate) -> None:
    three_reigns.move_by_hand(1)
    set_policy(three_reigns.ledger, STRICT, "Reviews are public.")
    assert three_reigns.kinds[3:] == ["by hand", "policy"]
    assert three_reigns.champion == 1


def test_the_first_champion_and_a_rollback_come_after_a_policy_as_before(gate: Gate) -> None:
    set_policy(gate.ledger, STRICT, "From the start.")
    for version in (1, 2):
        assert promoted(gate, version).outcome == "promoted"
    assert gate.kinds == ["policy", "promotion", "promotion"]
    assert gate.champion == 2


def test_what_was_judged_by_an_older_policy_moves_nothing(three_reigns: Gate, run: StepRun) -> None:
    judged = three_reigns.judge(4)
    set_policy(three_reigns.ledger, STRICT, "Reviews are public.")
    with pytest.raises(Overtaken, match=r"the policy of sentiment: found one of .*, entry 4 of the ledger; expected"):
        promote(*judged, PromotionSettings(), three_reigns.folder / "promotion", run)
    assert (three_reigns.champion, three_reigns.kinds[3:]) == (3, ["policy"])


def test_a_request_lapses_with_the_policy_that_it_was_made_under(waiting: Gate) -> None:
    set_policy(waiting.ledger, STRICT, "Reviews are public.")
    with pytest.raises(BadInput, match="found none that waits, and the last answer is: lapse"):
        answer(waiting.ledger, "approval", 4, "I looked at it.")
    assert waiting.kinds[3:] == ["request", "policy", "lapse"]
    assert "policy was changed after it was made, by entry 5" in waiting.ledger.look().entries[-1].values["why"]
    assert (waiting.champion, take_up(waiting.ledger)) == (3, [])
