"""What a version leaves behind: answers as they were measured, and the keys of the texts that it has learned from."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.dataset import read_dataset, read_split
from components.contracts.faults import BadInput
from components.contracts.folders import check_files, read_manifest, sha256_of
from components.contracts.reference import HELD_OUT_SCHEMA, TRAINING_TEXTS_SCHEMA, Reference, text_key
from components.contracts.tracking import StepRun
from components.registration import reference
from components.registration.evidence import Evidence, Inputs, read_evidence
from components.registration.reference import record_reference, write_reference
from tests.conftest import write_dataset


@pytest.fixture
def evidence(inputs: Inputs) -> Evidence:
    return read_evidence(inputs)


def answered(folder: Path, evidence: Evidence, texts: list[str | None]) -> tuple[Evidence, Path]:
    """Return the evidence of a candidate that was measured on `texts`, and the data set that holds them."""
    train = [("A warm\tfilm", "fresh"), ("a  WARM film ", "fresh"), (None, "fresh"), ("dull", "rotten")]
    validation = [("ünï", "fresh"), ("", "rotten")]
    pairs = [(text, "fresh") for text in texts]
    dataset = write_dataset(folder / "data", {"train": train, "validation": validation, "test": pairs})
    places = [place for place, text in enumerate(texts) if text is not None]
    table = pa.table(
        {
            "row": pa.array([place + 2 for place in places], pa.int64()),
            "label": pa.array(["fresh"] * len(places), pa.string()),
            "predicted": pa.array(["fresh", "rotten"] * len(places)).slice(0, len(places)),
            "probabilities": pa.array([[1 - place / 1e4, place / 1e4] for place in places], pa.list_(pa.float32())),
        }
    )
    card = folder / "card"
    card.mkdir()
    pq.write_table(table, card / "predictions.parquet")
    scorecard = replace(evidence.scorecard, predictions_sha256=sha256_of(card / "predictions.parquet"))
    return replace(evidence, verdict=replace(evidence.verdict, scorecard=scorecard), scorecard_folder=card), dataset


def test_the_rows_are_the_measured_ones_with_their_answers(evidence: Evidence, inputs: Inputs, tmp_path: Path) -> None:
    written = write_reference(evidence, inputs.dataset, tmp_path)
    assert read_manifest(tmp_path, Reference) == written
    check_files(tmp_path, written.files)
    assert (written.rows, written.split, written.labels) == (80, "test", ["fresh", "rotten"])
    assert written.candidate_sha256 == evidence.candidate_sha256
    kept = pq.read_table(tmp_path / Reference.HELD_OUT)
    assert kept.schema == HELD_OUT_SCHEMA
    test = read_split(inputs.dataset, read_dataset(inputs.dataset), "test")
    predictions = pq.read_table(evidence.scorecard_folder / "predictions.parquet")
    assert kept["text"].equals(test["text"])
    assert kept["predicted"].equals(predictions["predicted"])
    assert kept["confidence"].to_pylist() == [max(each) for each in predictions["probabilities"].to_pylist()]


def test_rows_without_a_text_have_no_answer_to_join(evidence: Evidence, tmp_path: Path) -> None:
    changed, dataset = answered(tmp_path, evidence, ["one", None, "three"])
    assert write_reference(changed, dataset, tmp_path).rows == 2
    kept = pq.read_table(tmp_path / Reference.HELD_OUT).to_pydict()
    assert kept["text"] == ["one", "three"]
    assert kept["predicted"] == ["fresh", "rotten"]
    assert kept["confidence"] == pytest.approx([1, 0.9998])


def test_of_many_rows_the_same_sample_is_kept_in_order(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "MOST_ROWS", 20)
    changed, dataset = answered(tmp_path, evidence, [f"text {number}" for number in range(100)])
    assert write_reference(changed, dataset, tmp_path).rows == 20
    kept = pq.read_table(tmp_path / Reference.HELD_OUT).to_pydict()
    numbers = [int(text.removeprefix("text ")) for text in kept["text"]]
    assert numbers == sorted(set(numbers))
    assert kept["confidence"] == pytest.approx([1 - number / 1e4 for number in numbers])
    again = tmp_path / "again"
    again.mkdir()
    write_reference(changed, dataset, again)
    assert (again / Reference.HELD_OUT).read_bytes() == (tmp_path / Reference.HELD_OUT).read_bytes()


def test_learned_texts_are_sorted_keys_each_once(evidence: Evidence, tmp_path: Path) -> None:
    changed, dataset = answered(tmp_path, evidence, ["one"])
    write_reference(changed, dataset, tmp_path)
    table = pq.read_table(tmp_path / Reference.TRAINING_TEXTS)
    assert table.schema == TRAINING_TEXTS_SCHEMA
    assert table["key"].to_pylist() == sorted(map(text_key, ["a warm film", "dull", "ünï", ""]))
    assert table["key"].to_pylist().count(hashlib.sha256(b"a warm film").digest()[:8]) == 1


def test_nothing_learned_is_an_empty_list(evidence: Evidence, tmp_path: Path) -> None:
    changed, _ = answered(tmp_path, evidence, ["one"])
    empty = write_dataset(tmp_path / "empty", {"train": [], "validation": [], "test": [("one", "fresh")]})
    write_reference(changed, empty, tmp_path)
    assert pq.read_table(tmp_path / Reference.TRAINING_TEXTS).num_rows == 0


def test_predictions_of_other_rows_are_refused(evidence: Evidence, tmp_path: Path) -> None:
    changed, _ = answered(tmp_path, evidence, ["one", "two"])
    other = write_dataset(tmp_path / "other", {"train": [], "validation": [], "test": [("one", "fresh")]})
    with pytest.raises(BadInput, match=r"predictions\.parquet: found rows that are not those of the data set"):
        write_reference(changed, other, tmp_path)


def test_changed_predictions_are_refused(evidence: Evidence, inputs: Inputs, tmp_path: Path) -> None:
    with (evidence.scorecard_folder / "predictions.parquet").open("ab") as file:
        file.write(b"!")
    with pytest.raises(BadInput, match=r"predictions\.parquet: found sha256 .*; expected sha256"):
        write_reference(evidence, inputs.dataset, tmp_path)


def test_the_run_keeps_it(evidence: Evidence, inputs: Inputs, run: StepRun, client: MlflowClient) -> None:
    record_reference(evidence, inputs.dataset, run)
    kept = [entry.path for entry in client.list_artifacts(run.run_id, Reference.FOLDER)]
    assert kept == ["reference/held_out.parquet", "reference/reference.json", "reference/training_texts.parquet"]
