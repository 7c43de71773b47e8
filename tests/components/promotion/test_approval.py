"""A person's word: here or in MLflow's pages, in time, and about the champion that reigns."""

import time
from collections.abc import Callable

import pytest

from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest
from components.contracts.journal import Entry, Overtaken
from components.contracts.promotion import Promotion
from components.promotion import approval
from components.promotion.approval import answer, take_up
from tests.components.promotion.dying import WRITES, Dying, Killed, do, kill, prepare
from tests.components.promotion.gate import Gate, promoted


def last(gate: Gate) -> Entry:
    return gate.ledger.look().entries[-1]


def tag(gate: Gate, version: int = 4) -> str:
    return gate.client.get_model_version("sentiment", str(version)).tags.get("approval", "")


def test_a_request_waits_and_moves_nothing(waiting: Gate) -> None:
    request = last(waiting)
    assert (request.values["kind"], request.values["from"], request.values["to"]) == ("request", 3, 4)
    assert request.values["expires"] - request.time == pytest.approx(72 * 3600, abs=60)
    assert waiting.champion == 3
    assert tag(waiting) == "waiting: set this to approved or rejected"
    assert promoted(waiting, 4, "approve").entry == request.number  # it goes on waiting, and does not wait twice
    assert waiting.kinds[3:] == ["request"]


def test_who_approves_stands_in_the_ledger(waiting: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    request = last(waiting)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    entry = answer(waiting.ledger, "approval", None, "I looked at the mistakes.")
    assert last(waiting) == entry
    said = {key: entry.values[key] for key in ("kind", "from", "to", "who", "why", "request")}
    why = "I looked at the mistakes."
    assert said == {"kind": "approval", "from": 3, "to": 4, "who": "ann", "why": why, "request": request.number}
    for key in ("candidate", "evidence", "comparison", "gate"):
        assert entry.values[key] == request.values[key]
    assert waiting.champion == 4
    assert tag(waiting) == f"approval, entry {entry.number} of the ledger"


def test_a_rejection_moves_nothing_and_is_final(waiting: Gate) -> None:
    answer(waiting.ledger, "rejection", 4, "It is rude.")
    assert (waiting.champion, last(waiting).values["why"]) == (3, "It is rude.")
    sentence = "a request for version 4 of sentiment: found none that waits, and the last answer is: rejection"
    with pytest.raises(BadInput, match=sentence):
        answer(waiting.ledger, "approval", 4, "But I like it.")
    assert waiting.champion == 3


def test_without_a_request_there_is_nothing_to_approve(three_reigns: Gate) -> None:
    with pytest.raises(BadInput, match="a request of sentiment: found none; expected one that waits"):
        answer(three_reigns.ledger, "approval", None, "")
    with pytest.raises(BadInput, match="a request for version 4 of sentiment: found none"):
        answer(three_reigns.ledger, "approval", 4, "")


def test_of_two_that_wait_one_has_to_be_named_and_the_other_lapses(waiting: Gate) -> None:
    promoted(waiting, 2, "approve")
    with pytest.raises(BadInput, match=r"found one each for versions 4, 2; expected one\. Name the version too"):
        answer(waiting.ledger, "approval", None, "")
    answer(waiting.ledger, "approval", 2, "")
    assert waiting.champion == 2
    (lapse,) = take_up(waiting.ledger)
    assert (lapse.values["kind"], lapse.values["to"], lapse.values["who"]) == ("lapse", 4, "bessemer")
    assert lapse.values["why"] == "It lapsed: version 3 reigned when it was made, and version 2 reigns now."


def test_nobody_approves_after_the_champion_was_moved_by_hand(waiting: Gate) -> None:
    waiting.move_by_hand(1)
    with pytest.raises(BadInput, match="the last answer is: lapse"):
        answer(waiting.ledger, "approval", 4, "")
    assert waiting.champion == 1
    assert waiting.kinds[3:] == ["request", "by hand", "lapse"]


def test_what_has_lapsed_is_not_rejected_either(waiting: Gate) -> None:
    waiting.move_by_hand(1)
    lapsed = "one that lapsed: version 3 reigned when it was made, and version 1 reigns now"
    with pytest.raises(BadInput, match=f"a request for version 4 of sentiment: found {lapsed}; expected one that wait"):
        answer(waiting.ledger, "rejection", 4, "It is rude.")


def test_what_nobody_answers_in_time_lapses(waiting: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 72 * 3600 + 1
    monkeypatch.setattr(approval.time, "time", lambda: later)
    with pytest.raises(BadInput, match="the last answer is: lapse"):
        answer(waiting.ledger, "approval", 4, "")
    assert last(waiting).values["why"] == "It lapsed: nobody answered in time."
    assert waiting.champion == 3


def by_alias(gate: Gate) -> None:
    gate.client.set_registered_model_alias("sentiment", "approved-challenger", "4")


def by_tag(gate: Gate) -> None:
    gate.client.set_model_version_tag("sentiment", "4", "approval", " Approved ")


@pytest.mark.parametrize("approve", [by_alias, by_tag])
def test_what_is_approved_in_mlflow_is_taken_up_once(approve: Callable[[Gate], None], waiting: Gate) -> None:
    assert take_up(waiting.ledger) == []
    approve(waiting)
    (entry,) = take_up(waiting.ledger)
    assert (entry.values["kind"], entry.values["who"]) == ("approval", "somebody in MLflow")
    assert "@" in entry.values["found_by"]
    assert waiting.champion == 4
    assert "approved-challenger" not in waiting.client.get_registered_model("sentiment").aliases
    assert take_up(waiting.ledger) == []


def test_what_is_rejected_in_mlflow_stays_out_whatever_else_is_set(waiting: Gate) -> None:
    by_alias(waiting)
    waiting.client.set_model_version_tag("sentiment", "4", "approval", "rejected")
    (entry,) = take_up(waiting.ledger)
    assert (entry.values["kind"], waiting.champion) == ("rejection", 3)


@pytest.mark.parametrize("approve", [by_alias, by_tag])
def test_a_rejection_counts_more_than_what_nobody_took_up_yet(approve: Callable[[Gate], None], waiting: Gate) -> None:
    approve(waiting)
    answer(waiting.ledger, "rejection", 4, "It is rude.")
    assert take_up(waiting.ledger) == []
    assert (waiting.champion, waiting.kinds[3:]) == (3, ["request", "rejection"])
    assert "approved-challenger" not in waiting.client.get_registered_model("sentiment").aliases


def test_a_rejection_promotes_no_other_version_either(waiting: Gate) -> None:
    promoted(waiting, 2, "approve")
    by_alias(waiting)
    answer(waiting.ledger, "rejection", 2, "It is rude.")
    assert waiting.champion == 3


def test_another_promotion_takes_it_up_too_and_is_overtaken_by_it(waiting: Gate) -> None:
    by_tag(waiting)
    with pytest.raises(Overtaken, match="found version 4, by approval of somebody in MLflow"):
        promoted(waiting, 1)
    assert waiting.champion == 4


@pytest.mark.parametrize("approve", [by_alias, by_tag])
def test_what_was_approved_before_the_gate_was_passed_does_not_count(
    approve: Callable[[Gate], None], three_reigns: Gate
) -> None:
    approve(three_reigns)
    assert promoted(three_reigns, 4, "approve").outcome == "waiting"
    assert tag(three_reigns) == "waiting: set this to approved or rejected"
    assert take_up(three_reigns.ledger) == []
    assert three_reigns.champion == 3


def ask(gate: Gate, last: int, meanwhile: Callable[[], object]) -> None:
    """Let version 4 pass the gate and wait, and do something else before the `last`th write of that."""
    prepare("request", gate)
    do("request", Dying(gate.client, last, meanwhile), gate.folder)


@pytest.mark.parametrize("last", [WRITES["request"].index("entry"), WRITES["request"].index("approval")])
def test_a_version_says_that_it_waits_once_it_does(last: int, three_reigns: Gate) -> None:
    with pytest.raises(Killed):
        ask(three_reigns, last + 1, kill)
    assert tag(three_reigns) == ""
    do("request", three_reigns.client, three_reigns.folder)
    assert tag(three_reigns) == "waiting: set this to approved or rejected"
    assert three_reigns.kinds[3:] == ["request"]


def test_what_is_approved_before_the_tag_asks_for_it_counts(three_reigns: Gate) -> None:
    ask(three_reigns, WRITES["request"].index("mark") + 1, lambda: by_tag(three_reigns))
    (entry,) = take_up(three_reigns.ledger)
    assert (entry.values["kind"], three_reigns.champion) == ("approval", 4)


def test_of_two_requests_for_one_version_at_once_one_waits(three_reigns: Gate) -> None:
    ask(three_reigns, WRITES["request"].index("entry") + 1, lambda: promoted(three_reigns, 4, "approve"))
    assert three_reigns.kinds[3:] == ["request"]
    assert read_manifest(three_reigns.folder / "promotion", Promotion).entry == 4


def test_of_two_requests_for_one_version_the_last_is_answered(waiting: Gate) -> None:
    request = last(waiting)
    waiting.ledger.enter(lambda state: request.values)
    assert answer(waiting.ledger, "approval", None, "").values["request"] == request.number + 1
    assert waiting.champion == 4


@pytest.mark.parametrize("approve", [lambda gate: None, by_alias, by_tag])
def test_what_no_longer_passes_no_longer_waits(approve: Callable[[Gate], None], waiting: Gate) -> None:
    approve(waiting)
    assert promoted(waiting, 4, passed=False).outcome == "kept"
    assert (waiting.champion, waiting.kinds[3:]) == (3, ["request", "lapse"])
    assert last(waiting).values["why"] == "It lapsed, as the gate was asked again: It is worse than the champion."
    with pytest.raises(BadInput, match="the last answer is: lapse"):
        answer(waiting.ledger, "approval", 4, "I looked at it.")


def test_what_waits_goes_on_waiting_when_another_version_does_not_pass(waiting: Gate) -> None:
    promoted(waiting, 2, passed=False)
    assert waiting.kinds[3:] == ["request"]


def make_anew(gate: Gate) -> None:
    """Delete version 4's model and register another one under its name, as far as version 4."""
    gate.client.delete_registered_model("sentiment")
    gate.client.create_registered_model("sentiment")
    for number in (1, 2, 3, 2):
        source = str(gate.folder / f"model-{number}")
        gate.client.create_model_version("sentiment", source, tags={"candidate_sha256": gate.hashes[number - 1]})
    gate.move_by_hand(3)


def test_a_request_is_about_a_model_and_not_about_a_number(waiting: Gate) -> None:
    make_anew(waiting)
    (lapse,) = take_up(waiting.ledger)
    assert lapse.values["why"] == "It lapsed: version 4 is another model now."
    waiting.hashes[3] = waiting.hashes[1]
    assert promoted(waiting, 4, "approve").entry == lapse.number + 1
    assert waiting.kinds[3:] == ["request", "lapse", "request"]


def test_a_request_for_a_version_that_is_gone_lapses(waiting: Gate) -> None:
    waiting.client.delete_model_version("sentiment", "4")
    (lapse,) = take_up(waiting.ledger)
    assert lapse.values["why"] == "It lapsed: there is no version 4 any longer."


def change_the_bytes(gate: Gate) -> None:
    (gate.folder / "model-4" / "artifacts" / "candidate" / "model.onnx").write_bytes(b"another")


def test_what_was_changed_since_cannot_be_approved(waiting: Gate) -> None:
    change_the_bytes(waiting)
    with pytest.raises(BadInput, match=r"model\.onnx of version 4 of sentiment: found sha256"):
        answer(waiting.ledger, "approval", 4, "")
    assert (waiting.champion, waiting.kinds[3:]) == (3, ["request"])


def test_what_was_changed_since_is_rejected_when_mlflow_approves_it(waiting: Gate) -> None:
    change_the_bytes(waiting)
    by_tag(waiting)
    (entry,) = take_up(waiting.ledger)
    assert (entry.values["kind"], entry.values["who"], waiting.champion) == ("rejection", "bessemer", 3)
    assert entry.values["why"].startswith("Approved in MLflow, but refused: ")


def test_of_two_that_answer_at_once_one_is_told(waiting: Gate) -> None:
    request = last(waiting)
    answer(waiting.ledger, "rejection", 4, "It is rude.")
    sentence = "the request for version 4 of sentiment: found rejection by .*; expected one that waits"
    with pytest.raises(Overtaken, match=sentence):
        approval._answer(waiting.ledger, request, "approval", "")
    assert waiting.champion == 3
