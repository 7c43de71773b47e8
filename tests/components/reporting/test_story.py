from dataclasses import replace
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.reporting.story import Inputs, read_story
from tests.components.reporting.conftest import story, write


def test_the_contracts_of_one_run_are_read(inputs: Inputs) -> None:
    assert read_story(inputs) == story()


def test_the_chosen_one_is_looked_at_closely_and_the_baseline_when_there_is_none() -> None:
    assert story().shown.recipe == "int8-dynamic"
    assert story(chosen="").shown.recipe == "baseline"


def test_contracts_of_different_runs_are_refused_all_at_once(tmp_path: Path) -> None:
    told = story()
    mixed = replace(
        told,
        validation=replace(told.validation, dataset_sha256="1" * 64),
        tuned=replace(told.tuned, base_sha256="2" * 64),
        dataset=replace(told.dataset, content_sha256="d" * 63 + "0"),
    )
    with pytest.raises(BadInput) as refused:
        read_story(write(mixed, tmp_path))
    found = [str(fault) for fault in refused.value.faults]
    assert (
        f"{tmp_path}/validation: the validated data set: found sha256 111111111111; expected sha256 dddddddddddd"
        in found[0]
    )
    assert [
        what for what in ("the base model that it was tuned from", "pruned was measured on") if what in " ".join(found)
    ]
    assert len(found) == 7


def test_a_contract_that_is_not_there_is_a_sentence(inputs: Inputs) -> None:
    (inputs.choice / "choice.json").unlink()
    with pytest.raises(BadInput, match=r"found no choice\.json; expected a folder that holds a Choice"):
        read_story(inputs)
