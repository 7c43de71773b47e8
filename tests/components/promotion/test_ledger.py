"""The alias follows the ledger, also where two write at once, and a ledger that was tampered with is found."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable
from components.contracts.journal import Overtaken
from components.contracts.promotion import Promotion
from components.contracts.tracking import StepRun
from components.promotion.config import PromotionSettings
from components.promotion.ledger import APPLIED, Ledger
from components.promotion.promote import promote
from components.promotion.rollback import roll_back
from tests.components.promotion.dying import kill
from tests.components.promotion.gate import Gate, promoted


class Interrupted:
    """A client with which something else happens just before the alias is set."""

    def __init__(self, client: MlflowClient, meanwhile: Callable[[], object]) -> None:
        self.client = client
        self.meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        self.client.set_registered_model_alias(name, alias, version)


def test_of_two_moves_at_once_the_later_entry_has_the_last_word(three_reigns: Gate) -> None:
    """A rollback stalls before it moves the alias; meanwhile another one finishes it and goes back once more."""

    def meanwhile() -> None:
        three_reigns.ledger.settle()
        assert three_reigns.champion == 2
        roll_back(three_reigns.ledger, 1, "Further.")
        assert three_reigns.champion == 1

    slow = Ledger(Interrupted(three_reigns.client, meanwhile), "sentiment")  # type: ignore[arg-type]
    assert roll_back(slow, None, "It is rude.").values["to"] == 2
    assert three_reigns.champion == 1
    assert three_reigns.ledger.look().remarks() == []
    assert three_reigns.kinds[3:] == ["rollback", "rollback"]


@pytest.mark.slow
def test_who_stalls_before_the_alias_and_is_killed_undoes_nothing(three_reigns: Gate) -> None:
    """A rollback stalls once its entry is written; others finish it and go on, and it wakes up only to be killed."""

    def meanwhile() -> None:
        three_reigns.ledger.settle()
        roll_back(three_reigns.ledger, 1, "Further.")

    class Stalled(Interrupted):
        def log_param(self, run_id: str, key: str, value: str) -> None:
            self.client.log_param(run_id, key, value)
            meanwhile()

        def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
            super().set_registered_model_alias(name, alias, version)
            kill()

    stalled = Ledger(Stalled(three_reigns.client, lambda: None), "sentiment")  # type: ignore[arg-type]
    assert roll_back(stalled, None, "It is rude.").values["to"] == 2
    assert three_reigns.champion == 1
    assert three_reigns.ledger.look().remarks() == []


def test_an_alias_that_somebody_else_sets_at_the_same_moment_is_said(three_reigns: Gate) -> None:
    class Contested(Interrupted):
        def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
            super().set_registered_model_alias(name, alias, version)
            three_reigns.move_by_hand(4)

    slow = Ledger(Contested(three_reigns.client, lambda: None), "sentiment")  # type: ignore[arg-type]
    sentence = "the alias champion of sentiment: found version 4 after it was moved; expected version 2"
    with pytest.raises(Unavailable, match=sentence):
        roll_back(slow, None, "")
    state = three_reigns.ledger.settle()
    assert (state.reigning, state.moved_by_hand) == (4, True)


@pytest.mark.slow
def test_of_promotions_at_once_one_wins_and_the_others_are_told(three_reigns: Gate) -> None:
    cases = [three_reigns.judge(version) for version in (4, 1, 2)]

    def run(number: int) -> str:
        client = MlflowClient(three_reigns.client.tracking_uri)
        step = StepRun(client, client.create_run("0").info.run_id)
        try:
            promotion: Promotion = promote(
                *cases[number], PromotionSettings(), three_reigns.folder / f"promotion-{number}", step
            )
        except Overtaken:
            return "told"
        return promotion.outcome

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(run, range(3))) == ["promoted", "told", "told"]
    assert three_reigns.kinds[3:] == ["promotion"]
    assert three_reigns.ledger.look().remarks() == []


def edit(gate: Gate, statement: str) -> None:
    with sqlite3.connect(gate.folder / "mlflow.db") as database:
        assert database.execute(statement).rowcount == 1
    database.close()


def test_an_end_that_was_cut_off_is_found_by_the_models_tag(three_reigns: Gate) -> None:
    edit(three_reigns, "DELETE FROM params WHERE key = '000003'")
    sentence = r"the ledger of sentiment: found 2 entries that do not .* bessemer\.ledger names; expected entry 3 with"
    with pytest.raises(BadInput, match=sentence):
        three_reigns.ledger.look()


def test_a_last_entry_that_was_changed_is_found_by_the_models_tag(three_reigns: Gate) -> None:
    edit(three_reigns, "UPDATE params SET value = replace(value, 'not worse', 'much better') WHERE key = '000003'")
    with pytest.raises(BadInput, match="found 3 entries that do not hold the one"):
        three_reigns.ledger.look()


@pytest.mark.parametrize("tag", ["nonsense", "a b c", "run 99 ff", "²"])
def test_a_tag_that_was_edited_is_found(tag: str, three_reigns: Gate) -> None:
    three_reigns.client.set_registered_model_tag("sentiment", APPLIED, tag)
    with pytest.raises(BadInput, match="or the tag was edited, restore MLflow's database"):
        three_reigns.ledger.look()


def test_a_model_that_was_renamed_is_found(three_reigns: Gate) -> None:
    three_reigns.client.rename_registered_model("sentiment", "mood")
    with pytest.raises(BadInput, match=r"the ledger of mood: found 0 entries .* was renamed, give it back its name"):
        Ledger(three_reigns.client, "mood").look()
    three_reigns.client.rename_registered_model("mood", "sentiment")
    assert three_reigns.ledger.look().remarks() == []


def test_a_model_that_was_made_anew_inherits_no_champion(gate: Gate) -> None:
    promoted(gate, 1)
    gate.client.delete_registered_model("sentiment")
    gate.client.create_registered_model("sentiment")
    gate.client.create_model_version("sentiment", "elsewhere", tags={"candidate_sha256": "f" * 64})
    state = gate.ledger.settle()
    assert (state.reigning, gate.champion) == (None, None)
    assert state.remarks()[0].endswith(
        "by the ledger version 1 reigns, by the registry nobody. The next promotion or rollback records that."
    )


def test_a_lost_mark_is_written_again_and_moves_nothing(three_reigns: Gate) -> None:
    before = three_reigns.client.get_registered_model("sentiment").tags[APPLIED]
    three_reigns.client.delete_registered_model_tag("sentiment", APPLIED)
    (remark,) = three_reigns.ledger.look().remarks()
    assert remark.startswith("The model's tag bessemer.ledger is missing beside 3 entries: somebody deleted it")
    assert three_reigns.ledger.settle().reigning == 3
    assert three_reigns.client.get_registered_model("sentiment").tags[APPLIED] == before


def test_looking_changes_nothing(three_reigns: Gate) -> None:
    three_reigns.client.delete_registered_model_tag("sentiment", APPLIED)
    three_reigns.move_by_hand(1)
    before = (three_reigns.folder / "mlflow.db").read_bytes()
    assert three_reigns.ledger.look().unfinished
    assert (three_reigns.folder / "mlflow.db").read_bytes() == before


def test_a_champion_before_the_ledger_is_said(gate: Gate) -> None:
    assert gate.ledger.look().remarks() == []
    gate.move_by_hand(2)
    (remark,) = gate.ledger.look().remarks()
    assert "by the ledger nobody reigns, by the registry version 2" in remark
    promoted(gate, 3)
    assert gate.kinds == ["by hand", "promotion"]
    roll_back(gate.ledger, None, "")
    assert gate.champion == 2


@pytest.mark.parametrize("name", ["films", "it's", "a/b", ""])
def test_a_model_that_does_not_exist_is_a_sentence(name: str, client: MlflowClient) -> None:
    with pytest.raises(BadInput, match=f"the model {name}: found no such model; .* `bessemer run`"):
        Ledger(client, name).look()
