from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.compression.config import CompressionSettings
from components.compression.job import Job
from components.compression.rows import batches_by_length, batches_of_many_sizes, padded, validation_rows
from components.contracts.faults import BadInput
from tests.conftest import labelled_texts, write_dataset

ROWS = [[1] * length for length in (5, 2, 9, 2, 7)]


def test_rows_are_a_seeded_sample_in_order(job: Job) -> None:
    few = replace(job, settings=CompressionSettings(calibration_rows=20))
    first, again, all_rows = validation_rows(few), validation_rows(few), validation_rows(job)
    assert len(first.ids) == 20
    assert first.ids == again.ids
    places = [all_rows.ids.index(row) for row in first.ids]
    assert places == sorted(places)
    other = validation_rows(replace(few, settings=CompressionSettings(calibration_rows=20, seed=1)))
    assert other.ids != first.ids


def test_rows_are_cut_to_what_the_model_reads(job: Job) -> None:
    short = replace(job, tuned=replace(job.tuned, max_tokens=6))
    assert max(map(len, validation_rows(short).ids)) == 6


def test_rows_without_a_text_or_a_known_label_are_left_out(job: Job, tmp_path: Path) -> None:
    pairs = labelled_texts(6, seed=2)
    awkward = [(None, "fresh"), ("a text", None), ("a text", "mixed"), *pairs[:3]]
    dataset = write_dataset(tmp_path / "data", {"train": pairs, "validation": awkward, "test": pairs})  # type: ignore[dict-item]
    assert len(validation_rows(replace(job, dataset_folder=dataset)).ids) == 3
    nothing = write_dataset(tmp_path / "none", {"train": pairs, "validation": awkward[:3], "test": pairs})  # type: ignore[dict-item]
    with pytest.raises(BadInput, match="found 3 rows, none of them with a text and a label"):
        validation_rows(replace(job, dataset_folder=nothing))


def test_padding_is_on_the_right_and_masked() -> None:
    ids, mask = padded([[4, 5, 6], [7]], pad_id=9)
    assert ids.tolist() == [[4, 5, 6], [7, 9, 9]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_batches_by_length_cover_every_row_once() -> None:
    batches = list(batches_by_length(ROWS, 0, size=2))
    assert sorted(np.concatenate([which for which, _, _ in batches]).tolist()) == [0, 1, 2, 3, 4]
    assert [ids.shape for _, ids, _ in batches] == [(2, 2), (2, 7), (1, 9)]


def test_batches_of_many_sizes_reach_the_longest_and_hold_padding() -> None:
    batches = batches_of_many_sizes(ROWS, max_tokens=40, pad_id=0, seed=0)
    assert [ids.shape for ids, _ in batches] == [(1, 2), (1, 5), (6, 9), (6, 9), (1, 40), (4, 40)]
    assert all(mask.min() == 0 for ids, mask in batches if len(ids) > 1)
    ((one, _), *_) = batches_of_many_sizes([[3, 4]], max_tokens=2, pad_id=0, seed=0)
    assert one.tolist() == [[3, 4]]
