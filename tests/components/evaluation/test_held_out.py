from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.dataset import SCHEMA, read_dataset
from components.contracts.faults import BadInput
from components.contracts.model import TunedModel, read_model
from components.evaluation.held_out import check_that_they_fit, read_held_out


@pytest.fixture
def candidate(onnx_candidate_folder: Path) -> Candidate:
    return read_candidate(onnx_candidate_folder)


def write_test_split(folder: Path, rows: list[tuple[str | None, str | None]]) -> Path:
    folder.mkdir()
    columns = {
        "file": pa.array(["reviews.csv"] * len(rows), pa.string()).dictionary_encode(),
        "row": list(range(2, len(rows) + 2)),
        "text": [text for text, _ in rows],
        "label": [label for _, label in rows],
    }
    pq.write_table(pa.table(columns, schema=SCHEMA), folder / "test.parquet")
    return folder


def test_candidate_and_model_and_data_that_fit_pass(
    candidate: Candidate, tuned_folder: Path, dataset_folder: Path
) -> None:
    check_that_they_fit(candidate, read_model(tuned_folder, TunedModel), read_dataset(dataset_folder))


def test_all_that_does_not_fit_is_said_at_once(candidate: Candidate, tuned_folder: Path, dataset_folder: Path) -> None:
    stranger = replace(candidate, tuned_sha256="f" * 64, labels=["fresh", "ham"])
    data = replace(read_dataset(dataset_folder), labels=["fresh", *(f"l{place}" for place in range(7))])
    with pytest.raises(BadInput) as refused:
        check_that_they_fit(stranger, read_model(tuned_folder, TunedModel), data)
    weights, labels = map(str, refused.value.faults)
    assert "what the candidate onnx-fp32 was made from: found weights with sha256 ffffffffffff" in weights
    assert "'l0', 'l1', 'l2', 'l3', 'l4' and 2 more only in the data, 'ham' only in the candidate" in labels


def test_rows_without_text_or_label_are_left_out_and_counted(
    tmp_path: Path, candidate: Candidate, tuned_folder: Path, dataset_folder: Path
) -> None:
    rows = [("a warm film", "fresh"), (None, "fresh"), ("dull", None), ("", "rotten")]
    folder = write_test_split(tmp_path / "data", rows)
    held_out = read_held_out(folder, read_dataset(dataset_folder), "test", candidate, tuned_folder / "tokenizer.json")
    assert held_out.rows == [2, 5]
    assert held_out.truth.tolist() == [0, 1]
    assert held_out.left_out == 2
    assert held_out.lengths.tolist() == [5, 2]  # [CLS] a warm film [SEP]; [CLS] [SEP]


def test_texts_are_cut_as_the_model_cuts_them(
    tmp_path: Path, candidate: Candidate, tuned_folder: Path, dataset_folder: Path
) -> None:
    folder = write_test_split(tmp_path / "data", [("film " * 5000, "fresh")])
    held_out = read_held_out(folder, read_dataset(dataset_folder), "test", candidate, tuned_folder / "tokenizer.json")
    assert held_out.lengths.tolist() == [candidate.max_tokens]


@pytest.mark.parametrize(
    ("rows", "found"), [([], "found no rows;"), ([(None, "fresh")], "found 1 rows, none with a text and a label;")]
)
def test_a_split_with_nothing_to_evaluate_on_is_refused(
    tmp_path: Path,
    candidate: Candidate,
    tuned_folder: Path,
    dataset_folder: Path,
    rows: list[tuple[str | None, str | None]],
    found: str,
) -> None:
    folder = write_test_split(tmp_path / "data", rows)
    with pytest.raises(BadInput) as refused:
        read_held_out(folder, read_dataset(dataset_folder), "test", candidate, tuned_folder / "tokenizer.json")
    assert f"the test split: {found} expected rows to evaluate on." in str(refused.value)
    assert "data_ingestion.test" in str(refused.value)


def test_only_some_rows_keep_everything_that_is_theirs(
    candidate: Candidate, tuned_folder: Path, dataset_folder: Path
) -> None:
    data, tokenizer = read_dataset(dataset_folder), tuned_folder / "tokenizer.json"
    held_out = read_held_out(dataset_folder, data, "test", candidate, tokenizer)
    some = held_out.only([3, 5])
    assert some.texts == [held_out.texts[3], held_out.texts[5]]
    assert some.rows == [5, 7]
    assert some.lengths.tolist() == [held_out.lengths[3], held_out.lengths[5]]
    assert [candidate.labels[place] for place in some.truth] == some.labels
