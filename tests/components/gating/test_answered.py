from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.contracts.comparison import Comparison
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.gating.answered import read_answered
from components.gating.pairs import Pairs
from tests.components.gating.conftest import Contender, Contest, answers, contest


def test_it_reads_what_each_got_right_and_where_the_rows_lie(tmp_path: Path) -> None:
    slices = {"label=fresh": np.arange(40) % 2 == 0, "tokens=1-16": np.arange(40) < 30}
    written = contest(Pairs(40, 3, 2), slices=slices)
    read = read_answered(written.write(tmp_path / "comparison"))
    assert read.champion is not None
    np.testing.assert_array_equal(read.challenger, written.challenger.right)
    np.testing.assert_array_equal(read.champion, written.champion.right if written.champion else None)
    assert read.slices.keys() == slices.keys()
    for name, inside in slices.items():
        np.testing.assert_array_equal(read.slices[name], inside)
    assert read.comparison_sha256 == sha256_of(tmp_path / "comparison" / Comparison.FILE)


def test_nobody_reigns_yet(tmp_path: Path) -> None:
    alone = Contest(Contender(1, answers(Pairs(40, 0, 0))[0]), None)
    assert read_answered(alone.write(tmp_path / "comparison")).champion is None


def test_a_model_is_never_compared_with_itself(tmp_path: Path) -> None:
    challenger, champion = answers(Pairs(40, 3, 2))
    same_version = Contest(Contender(5, challenger), Contender(5, champion))
    with pytest.raises(BadInput, match="version 5, which is the champion; expected another model than the champion"):
        read_answered(same_version.write(tmp_path / "version"))
    same_bytes = Contest(Contender(7, challenger, sha256="a" * 64), Contender(5, champion, sha256="a" * 64))
    with pytest.raises(BadInput, match="version 7, whose bytes are those of version 5, the champion"):
        read_answered(same_bytes.write(tmp_path / "bytes"))


def test_a_comparison_of_no_rows_is_refused(tmp_path: Path) -> None:
    nothing = np.zeros(0, dtype=bool)
    empty = Contest(Contender(7, nothing), Contender(5, nothing), seen_rows=80)
    with pytest.raises(BadInput, match="no row that neither model has learned from"):
        read_answered(empty.write(tmp_path / "comparison"))


def test_changed_predictions_are_refused(comparison: Path) -> None:
    with (comparison / Comparison.PREDICTIONS).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BadInput, match=r"predictions\.parquet"):
        read_answered(comparison)


def test_every_number_that_the_predictions_deny_is_named(comparison: Path) -> None:
    said = read_manifest(comparison, Comparison)
    accuracy = replace(said.challenger.accuracy, value=0.99)
    challenger = replace(said.challenger, accuracy=accuracy)
    write_manifest(comparison, replace(said, rows=5000, challenger=challenger))
    with pytest.raises(BadInput) as refusal:
        read_answered(comparison)
    assert len(refusal.value.faults) == 2
    assert "found 5,000 rows; expected 4,000, as its predictions are." in str(refusal.value)
    assert "found accuracy 0.9900 of version 7; expected 0.8865" in str(refusal.value)


def test_a_row_may_lie_in_no_slice_or_in_several(tmp_path: Path) -> None:
    slices = {"a": np.array([True, True, False]), "b": np.array([False, True, False])}
    read = read_answered(contest(Pairs(3, 1, 0), slices=slices).write(tmp_path / "comparison"))
    assert {name: inside.tolist() for name, inside in read.slices.items()} == {
        "a": [True, True, False],
        "b": [False, True, False],
    }
