"""The KFP shell: its body, and that a refusal ends it with a sentence."""

from pathlib import Path

import pytest
from kfp import dsl

from components.contracts.folders import read_manifest
from components.contracts.promotion import Promotion
from components.promotion.__main__ import main
from components.promotion.component import promote_model
from tests.components.promotion.gate import Gate


def artifacts(gate: Gate, challenger: int) -> tuple[dsl.Artifact, dsl.Artifact]:
    contenders, decision = gate.judge(challenger)
    return dsl.Artifact(uri=str(contenders)), dsl.Artifact(uri=str(decision))


def outputs(folder: Path) -> tuple[dsl.Artifact, dsl.Metrics]:
    return dsl.Artifact(uri=str(folder / "promoted")), dsl.Metrics(uri=str(folder / "metrics"))


def test_the_component_promotes_and_says_so(three_reigns: Gate, tmp_path: Path) -> None:
    promotion, metrics = outputs(tmp_path)
    promote_model.python_func(*artifacts(three_reigns, 4), {"policy": "auto"}, False, "0", promotion, metrics)
    assert read_manifest(tmp_path / "promoted", Promotion).outcome == promotion.metadata["outcome"] == "promoted"
    assert three_reigns.champion == 4
    assert metrics.metadata == {"challenger": 4, "former_champion": 3, "promoted": 1, "entry": 4}


def test_one_that_was_overtaken_ends_with_a_sentence_and_a_code_of_its_own(
    three_reigns: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = artifacts(three_reigns, 4)
    three_reigns.move_by_hand(1)
    with pytest.raises(SystemExit) as ended:
        promote_model.python_func(*case, {}, False, "0", *outputs(tmp_path))
    assert ended.value.code == 75
    assert "the champion of sentiment: found version 1; expected version 3" in capsys.readouterr().err


def test_by_hand_it_does_the_same(three_reigns: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contenders, decision = three_reigns.judge(4)
    (tmp_path / "settings.json").write_text('{"policy": "approve"}')
    settings = ["--settings", str(tmp_path / "settings.json")]
    main([str(contenders), str(decision), str(tmp_path / "promoted"), *settings])
    assert capsys.readouterr().out.startswith("version 4 of sentiment is waiting: The gate let it pass; a person has")
    assert three_reigns.champion == 3
