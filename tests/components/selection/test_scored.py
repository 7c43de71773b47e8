import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.selection.scored import read_scored
from tests.components.selection.conftest import BASELINE, FAST, SLOW, Measured, with_errors, write_scorecard


def refusal(folders: list[Path]) -> str:
    with pytest.raises(BadInput) as refused:
        read_scored(folders)
    return str(refused.value)


def edit(folder: Path, **values: object) -> None:
    card = json.loads((folder / "scorecard.json").read_text())
    (folder / "scorecard.json").write_text(json.dumps({**card, **values}))


def test_the_baseline_is_found_wherever_it_stands(scorecards: list[Path]) -> None:
    baseline, others = read_scored(scorecards)
    assert baseline.card.recipe == "baseline"
    assert [other.card.recipe for other in others] == ["onnx-fp32", "int8-dynamic", "pruned"]
    assert baseline.right.sum() == 360


def test_all_folders_that_hold_no_scorecard_are_named_at_once(tmp_path: Path) -> None:
    text = refusal([tmp_path / "a", tmp_path / "b"])
    assert f"{tmp_path / 'a'}: found no scorecard.json; expected a folder that holds a Scorecard." in text
    assert f"{tmp_path / 'b'}: found no scorecard.json" in text


def test_changed_predictions_are_refused(scorecards: list[Path]) -> None:
    with (scorecards[0] / "predictions.parquet").open("ab") as file:
        file.write(b"!")
    assert "predictions.parquet: found sha256" in refusal(scorecards)


def test_a_changed_scorecard_is_refused(scorecards: list[Path]) -> None:
    accuracy = {"value": 0.99, "low": 0.98, "high": 1.0, "confidence": 0.95}
    edit(scorecards[2], accuracy=accuracy)
    assert "scorecard.json: found accuracy 0.9900; expected 0.8950, as its predictions say." in refusal(scorecards)


def test_bytes_that_are_no_scorecard_are_refused(scorecards: list[Path]) -> None:
    (scorecards[1] / "scorecard.json").write_text("{")
    edit(scorecards[2], rows="many")
    text = refusal(scorecards)
    assert "Invalid JSON" in text
    assert 'rows: found "many"' in text


def test_without_a_baseline_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    text = refusal([write_scorecard(tmp_path / "card", SLOW)])
    assert "the scorecards: found onnx-fp32; expected one of the baseline among them." in text
    assert "found none at all" in refusal([])


def test_a_recipe_twice_is_refused(tmp_path: Path) -> None:
    folders = [write_scorecard(tmp_path / str(place), SLOW) for place in range(2)]
    text = refusal([*folders, write_scorecard(tmp_path / "baseline", BASELINE)])
    assert "the scorecards: found onnx-fp32 2 times; expected each recipe once." in text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (replace(FAST, dataset="e" * 64), "the data set of int8-dynamic: found eeeeeeeeeeee; expected dddddddddddd,"),
        (replace(FAST, split="validation"), "the split of int8-dynamic: found validation; expected test,"),
        (replace(FAST, right=[True] * 9), "the number of rows of int8-dynamic: found 9; expected 400,"),
        (replace(FAST, labels=("ham", "spam")), "the labels of int8-dynamic: found ham, spam; expected fresh, rotten,"),
        (
            replace(FAST, size=(8, 16)),
            "the headline size of int8-dynamic: found 8 x 16 tokens; expected 1 x 32 tokens,",
        ),
        (
            replace(FAST, first_row=3),
            "the predictions of int8-dynamic: found other rows; expected those of the baseline.",
        ),
    ],
)
def test_scorecards_that_cannot_be_compared_are_refused(tmp_path: Path, changed: Measured, sentence: str) -> None:
    folders = [write_scorecard(tmp_path / each.recipe, each) for each in (BASELINE, SLOW, changed)]
    text = refusal(folders)
    assert sentence in text
    assert "Run the evaluation of all candidates again." in text


def test_what_differs_is_said_for_every_candidate(tmp_path: Path) -> None:
    odd = [replace(SLOW, split="validation"), replace(FAST, right=with_errors(1)[:300])]
    text = refusal([write_scorecard(tmp_path / each.recipe, each) for each in (BASELINE, *odd)])
    assert "the split of onnx-fp32" in text
    assert "the number of rows of int8-dynamic" in text
