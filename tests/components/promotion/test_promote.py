"""The end of the gate: moved, waiting or kept, and never on a comparison that no longer counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.contenders import Contenders
from components.contracts.decision import Decision
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.contracts.journal import Overtaken
from components.contracts.promotion import Promotion
from components.contracts.tracking import StepRun
from components.promotion.approval import answer
from components.promotion.config import PromotionSettings
from components.promotion.promote import promote
from components.promotion.rollback import roll_back
from tests.components.promotion.dying import WRITES, Dying, Killed, do, kill, prepare
from tests.components.promotion.gate import Gate

AUTO = PromotionSettings()
APPROVE = PromotionSettings(policy="approve")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "promotion"


def test_the_first_champion(gate: Gate, run: StepRun, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    monkeypatch.setenv("KFP_RUN_ID", "kfp-7")
    contenders, decision = gate.judge(2)
    promotion = promote(contenders, decision, AUTO, output, run)
    assert promotion == Promotion("sentiment", 2, "promoted", None, "It is not worse than the champion.", 1, [])
    assert read_manifest(output, Promotion) == promotion
    assert gate.champion == 2
    (entry,) = gate.ledger.look().entries
    assert entry.values == {
        "kind": "promotion",
        "from": None,
        "to": 2,
        "candidate": gate.hashes[1],
        "why": "It is not worse than the champion.",
        "who": "ann",
        "run": "kfp-7",
        "evidence": sha256_of(decision / "decision.json"),
        "comparison": read_manifest(decision, Decision).comparison_sha256,
        "gate": "2 of 2 checks passed on 1,913 rows; nobody reigned",
        "tracked": run.run_id,
    }
    model = gate.client.get_registered_model("sentiment")
    assert model.tags["bessemer.ledger"] == f"{gate.ledger.journal.run_id()} 1 {entry.sha256}"
    assert gate.client.get_model_version("sentiment", "2").tags["gate"] == "passed: It is not worse than the champion."
    assert [file.path for file in gate.client.list_artifacts(run.run_id)] == ["promotion.json"]
    assert gate.client.get_run(run.run_id).data.tags["outcome"] == "promoted"


def test_a_better_challenger_takes_over(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    promotion = promote(*gate.judge(3), AUTO, output, run)
    assert (promotion.outcome, promotion.former, promotion.entry) == ("promoted", 1, 2)
    assert gate.champion == 3
    (_, entry) = gate.ledger.look().entries
    assert entry.values["gate"] == (
        "2 of 2 checks passed on 1,913 rows; +0.40 points [-0.20, +1.00] at 95%, margin 1, alpha 0.05"
    )


def test_what_the_gate_keeps_out_moves_nothing_and_says_why(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    promotion = promote(*gate.judge(2, passed=False), AUTO, output, run)
    assert promotion == Promotion(
        "sentiment",
        2,
        "kept",
        1,
        "It is worse than the champion.",
        None,
        ["The challenger is 3.1 points worse, and 1 is allowed."],
    )
    assert gate.champion == 1
    assert gate.kinds == ["promotion"]
    assert gate.client.get_model_version("sentiment", "2").tags["gate"] == "failed: It is worse than the champion."


def test_the_evidence_of_what_was_kept_out_is_named_by_the_version(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    contenders, decision = gate.judge(2, passed=False)
    promote(contenders, decision, AUTO, output, run)
    tags = gate.client.get_model_version("sentiment", "2").tags
    assert (tags["gate_evidence"], tags["gate_run"]) == (sha256_of(decision / "decision.json"), run.parent_id)


@pytest.mark.parametrize(("passed", "outcome"), [(True, "passed"), (False, "kept")])
def test_a_dry_run_changes_nothing(passed: bool, outcome: str, waiting: Gate, run: StepRun, output: Path) -> None:
    waiting.client.set_registered_model_alias("sentiment", "approved-challenger", "4")
    before = waiting.ledger.look(), [waiting.ledger.version(number) for number in (1, 2, 3, 4)]
    promotion = promote(*waiting.judge(4, passed), AUTO, output, run, dry_run=True)
    assert (promotion.outcome, promotion.entry, bool(promotion.reasons)) == (outcome, None, not passed)
    assert read_manifest(output, Promotion) == promotion
    after = waiting.ledger.look(), [waiting.ledger.version(number) for number in (1, 2, 3, 4)]
    assert [vars(version) for version in before[1]] == [vars(version) for version in after[1]]
    assert before[0] == after[0]


def test_who_reigns_is_not_promoted_again(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    promotion = promote(*gate.judge(1), AUTO, output, run)
    assert (promotion.outcome, promotion.why) == ("kept", "Version 1 reigns already.")
    assert gate.kinds == ["promotion"]


def test_asked_twice_it_is_promoted_once(gate: Gate, run: StepRun, output: Path) -> None:
    case = gate.judge(2)
    first = promote(*case, AUTO, output, run)
    assert promote(*case, AUTO, output, run) == first
    assert gate.kinds == ["promotion"]


def test_asked_twice_after_a_rollback_it_stays_rolled_back(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    case = gate.judge(2)
    promote(*case, AUTO, output, run)
    roll_back(gate.ledger, None, "It is rude.")
    sentence = r"the champion of sentiment: found version 1; expected version 2, by promotion, entry 2 of the ledger\."
    with pytest.raises(Overtaken, match=sentence):
        promote(*case, AUTO, output, run)
    assert gate.champion == 1
    assert gate.kinds == ["promotion", "promotion", "rollback"]


def test_a_promotion_that_was_broken_off_and_moved_elsewhere_by_hand_is_none(three_reigns: Gate) -> None:
    prepare("promotion", three_reigns)
    with pytest.raises(Killed):
        do("promotion", Dying(three_reigns.client, WRITES["promotion"].index("alias") + 1, kill), three_reigns.folder)
    three_reigns.move_by_hand(1)
    with pytest.raises(Overtaken, match="found version 1; expected version 4, by promotion, entry 4 of the ledger"):
        do("promotion", three_reigns.client, three_reigns.folder)
    assert three_reigns.champion == 1


def test_the_later_of_two_is_told_and_changes_nothing(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    first, second = gate.judge(2), gate.judge(3)
    promote(*first, AUTO, output / "first", run)
    sentence = (
        r"the champion of sentiment: found version 2, by promotion of .+@.+, entry 2 of the ledger; "
        r"expected version 1, which version 3 was compared with\. Nothing was changed\. Promote again"
    )
    with pytest.raises(Overtaken, match=sentence):
        promote(*second, AUTO, output / "second", run)
    assert gate.champion == 2
    assert gate.kinds == ["promotion", "promotion"]
    assert not (output / "second").exists()


def test_a_champion_that_came_back_meanwhile_counts_as_another(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    stale = gate.judge(2)
    promote(*gate.judge(2), AUTO, output, run)
    roll_back(gate.ledger, None, "It is rude.")
    with pytest.raises(Overtaken, match="found version 1, by rollback of"):
        promote(*stale, AUTO, output, run)


def test_entries_that_move_nothing_overtake_nobody(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    case = gate.judge(2)
    promote(*gate.judge(3), APPROVE, output, run)
    answer(gate.ledger, "rejection", 3, "It is rude.")
    assert promote(*case, AUTO, output, run).outcome == "promoted"


def test_who_was_moved_by_hand_before_the_comparison_is_recorded_and_succeeded(
    gate: Gate, run: StepRun, output: Path
) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    gate.move_by_hand(4)
    (remark,) = gate.ledger.look().remarks()
    assert remark.startswith(
        "Somebody moved the alias champion by hand: by the ledger version 1 reigns, by the registry version 4."
    )
    promotion = promote(*gate.judge(2), AUTO, output, run)
    assert (promotion.former, gate.champion) == (4, 2)
    state = gate.ledger.look()
    moves = [(entry.values["kind"], entry.values["from"], entry.values["to"]) for entry in state.entries]
    assert moves == [("promotion", None, 1), ("by hand", 1, 4), ("promotion", 4, 2)]
    assert state.remarks() == []


def test_who_was_moved_by_hand_after_the_comparison_overtakes(gate: Gate, run: StepRun, output: Path) -> None:
    promote(*gate.judge(1), AUTO, output, run)
    case = gate.judge(2)
    gate.move_by_hand(4)
    with pytest.raises(Overtaken, match="found version 4; expected version 1"):
        promote(*case, AUTO, output, run)
    assert gate.kinds == ["promotion"]
    assert gate.champion == 4


def test_a_challenger_that_is_gone_or_another_one_is_refused(gate: Gate, run: StepRun, output: Path) -> None:
    gone, other = gate.judge(2), gate.judge(3)
    gate.client.delete_model_version("sentiment", "2")
    with pytest.raises(BadInput, match=r"version 2 of sentiment: found no such version; expected .* was compared"):
        promote(*gone, AUTO, output, run)
    gate.client.set_model_version_tag("sentiment", "3", "candidate_sha256", "f" * 64)
    with pytest.raises(BadInput, match=r"version 3 of sentiment: found fffffffffffffff; expected \w{12}, which"):
        promote(*other, AUTO, output, run)
    assert gate.champion is None


def test_a_decision_about_others_is_refused_with_every_difference(gate: Gate, run: StepRun, output: Path) -> None:
    contenders, decision = gate.judge(2)
    write_manifest(decision, replace(read_manifest(decision, Decision), challenger=3, champion=1, ledger_entries=5))
    with pytest.raises(BadInput) as refusal:
        promote(contenders, decision, AUTO, output, run)
    assert [(fault.thing.split()[0], fault.found, fault.expected.split(",")[0]) for fault in refusal.value.faults] == [
        ("challenger", "3", "2"),
        ("champion", "1", "None"),
        ("ledger_entries", "5", "0"),
    ]


def test_the_contenders_of_another_registry_are_refused(gate: Gate, run: StepRun, output: Path) -> None:
    contenders, decision = gate.judge(2)
    write_manifest(contenders, replace(read_manifest(contenders, Contenders), ledger_entries=5))
    write_manifest(decision, replace(read_manifest(decision, Decision), ledger_entries=5))
    with pytest.raises(BadInput, match="the ledger of sentiment: found 0 entries; expected the 5 that were there"):
        promote(contenders, decision, AUTO, output, run)


def test_without_mlflow_there_is_nothing_to_promote_in(gate: Gate, output: Path) -> None:
    with pytest.raises(BadInput, match="MLFLOW_TRACKING_URI: found nothing"):
        promote(*gate.judge(2), AUTO, output, StepRun())


def test_an_output_that_cannot_be_written_leaves_the_registry_alone(gate: Gate, run: StepRun, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable):
        promote(*gate.judge(2), AUTO, tmp_path / "file" / "promotion", run)
    assert gate.champion is None
    assert gate.kinds == []
