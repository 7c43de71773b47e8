"""Back to an earlier champion: once, only to one that reigned, and only when it still answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from components.contracts.candidate import Candidate
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.contracts.journal import Overtaken
from components.promotion.ledger import APPLIED
from components.promotion.rollback import roll_back
from tests.components.promotion.dying import WRITES, Dying, Killed, do, kill
from tests.components.promotion.gate import Gate, promoted


def test_it_goes_back_step_by_step_and_not_further_than_the_first(three_reigns: Gate) -> None:
    entry = roll_back(three_reigns.ledger, None, "It is rude.")
    assert three_reigns.champion == 2
    said = {key: entry.values[key] for key in ("kind", "from", "to", "why", "candidate")}
    hashes = three_reigns.hashes
    assert said == {"kind": "rollback", "from": 3, "to": 2, "why": "It is rude.", "candidate": hashes[1]}
    roll_back(three_reigns.ledger, None, "")
    assert three_reigns.champion == 1
    with pytest.raises(BadInput, match="the champion of sentiment: found version 1 and nobody before it"):
        roll_back(three_reigns.ledger, None, "")
    assert three_reigns.kinds == ["promotion"] * 3 + ["rollback"] * 2


def test_it_goes_back_to_a_named_version_and_on_from_there(three_reigns: Gate) -> None:
    roll_back(three_reigns.ledger, 1, "")
    assert three_reigns.champion == 1
    promoted(three_reigns, 4)
    roll_back(three_reigns.ledger, None, "")
    assert three_reigns.champion == 1
    roll_back(three_reigns.ledger, 3, "The other one was better after all.")
    assert three_reigns.champion == 3


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (3, "the champion of sentiment: found version 3 already"),
        (4, "version 4 of sentiment: found one that never reigned; expected one of 1, 2. .* `bessemer promote`"),
        (9, "version 9 of sentiment: found one that never reigned"),
    ],
)
def test_only_who_reigned_before_comes_back(version: int, sentence: str, three_reigns: Gate) -> None:
    with pytest.raises(BadInput, match=sentence):
        roll_back(three_reigns.ledger, version, "")
    assert three_reigns.champion == 3


def test_without_any_champion_there_is_nothing_to_go_back_to(gate: Gate) -> None:
    with pytest.raises(BadInput, match="found nobody, now or before; expected an earlier champion"):
        roll_back(gate.ledger, None, "")


def candidate_of(gate: Gate, version: int) -> Path:
    return gate.folder / f"model-{version}" / "artifacts" / "candidate"


def change_the_bytes(gate: Gate) -> None:
    (candidate_of(gate, 2) / "model.onnx").write_bytes(b"another")


def change_bytes_and_manifest_and_tag(gate: Gate) -> None:
    gate.client.set_model_version_tag("sentiment", "2", "candidate_sha256", gate.hashes[3])


def change_the_manifest(gate: Gate) -> None:
    path = candidate_of(gate, 2) / "candidate.json"
    path.write_text(path.read_text().replace("fresh", "stale"))


def delete_the_version(gate: Gate) -> None:
    gate.client.delete_model_version("sentiment", "2")


def delete_the_files(gate: Gate) -> None:
    (gate.folder / "model-2").rename(gate.folder / "elsewhere")


def delete_the_manifest(gate: Gate) -> None:
    (candidate_of(gate, 2) / "candidate.json").unlink()


def change_the_code_that_serves_it(gate: Gate) -> None:
    (gate.folder / "model-2" / "served_text_classifier.py").write_text("import os")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (change_the_bytes, r"model\.onnx of version 2 of sentiment: found sha256 \w{12}; expected sha256"),
        (change_bytes_and_manifest_and_tag, r"candidate_sha256 of version 2 .*: found \w{12}; expected \w{12}, as the"),
        (change_the_manifest, r"version 2 of sentiment: found sha256 \w{12}; expected sha256 \w{12}"),
        (delete_the_version, "version 2 of sentiment: found no such version"),
        (delete_the_files, "version 2 of sentiment: found nothing at .*model-2"),
        (
            change_the_code_that_serves_it,
            r"version 2 of sentiment: found sha256 \w{12} over all files; expected sha256",
        ),
        (delete_the_manifest, r"version 2 of sentiment: found no candidate\.json"),
    ],
)
def test_who_is_gone_or_changed_does_not_come_back(
    harm: Callable[[Gate], object], sentence: str, three_reigns: Gate
) -> None:
    harm(three_reigns)
    with pytest.raises(BadInput, match=sentence):
        roll_back(three_reigns.ledger, None, "")
    assert three_reigns.champion == 3
    assert "rollback" not in three_reigns.kinds


def test_a_model_that_does_not_load_does_not_come_back(gate: Gate) -> None:
    folder = candidate_of(gate, 1)
    (folder / "model.onnx").write_bytes(b"no model")
    manifest = read_manifest(folder, Candidate)
    manifest.files["model.onnx"] = sha256_of(folder / "model.onnx")
    write_manifest(folder, manifest)
    gate.hashes[0] = sha256_of(folder / Candidate.FILE)
    gate.client.set_model_version_tag("sentiment", "1", "candidate_sha256", gate.hashes[0])
    for version in (1, 2):
        promoted(gate, version)
    with pytest.raises(BadInput, match="version 1 of sentiment: found a model that does not load"):
        roll_back(gate.ledger, None, "")
    assert gate.champion == 2


def test_a_rollback_that_was_broken_off_and_moved_elsewhere_by_hand_is_none(three_reigns: Gate) -> None:
    with pytest.raises(Killed):
        do("rollback", Dying(three_reigns.client, WRITES["rollback"].index("alias") + 1, kill), three_reigns.folder)
    three_reigns.move_by_hand(4)
    with pytest.raises(Overtaken, match="found version 4; expected version 2, by rollback, entry 4 of the ledger"):
        roll_back(three_reigns.ledger, None, "It is rude.")
    assert three_reigns.champion == 4


def test_beside_a_lost_mark_a_rollback_of_long_ago_is_not_taken_for_one_that_was_broken_off(three_reigns: Gate) -> None:
    roll_back(three_reigns.ledger, None, "It is rude.")
    three_reigns.client.delete_registered_model_tag("sentiment", APPLIED)
    assert roll_back(three_reigns.ledger, None, "The other one too.").number == 5
    assert three_reigns.champion == 1


def test_who_was_moved_by_hand_is_recorded_before_going_back(three_reigns: Gate) -> None:
    three_reigns.move_by_hand(4)
    roll_back(three_reigns.ledger, None, "Who did this?")
    assert three_reigns.champion == 3
    moves = [(e.values["kind"], e.values["from"], e.values["to"]) for e in three_reigns.ledger.look().entries[3:]]
    assert moves == [("by hand", 3, 4), ("rollback", 4, 3)]


def test_an_alias_that_was_taken_off_comes_back(three_reigns: Gate) -> None:
    three_reigns.client.delete_registered_model_alias("sentiment", "champion")
    roll_back(three_reigns.ledger, None, "")
    assert three_reigns.champion == 3
