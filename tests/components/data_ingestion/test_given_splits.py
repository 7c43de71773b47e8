"""Splits that the source brings, by its files' names or by a column."""

from pathlib import Path

from components.contracts.dataset import SPLITS
from tests.components.data_ingestion.sources import as_csv, refusal, reviews, rows_of, run, write


def test_a_folder_brings_its_own_splits(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    pairs = reviews(60)
    write(folder / "train-00000-of-00002.csv", pairs[:20])
    write(folder / "train-00001-of-00002.csv", pairs[20:40])
    write(folder / "validation.csv", pairs[40:50])
    write(folder / "test.jsonl", pairs[50:])
    run(folder, tmp_path / "out")
    rows = rows_of(tmp_path / "out")
    assert {split: [(row["text"], row["label"]) for row in rows[split]] for split in SPLITS} == {
        "train": pairs[:40],
        "validation": pairs[40:50],
        "test": pairs[50:],
    }


def test_a_missing_validation_split_is_cut_from_train(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", reviews(100))
    write(tmp_path / "in" / "test.csv", reviews(120)[100:])
    dataset = run(tmp_path / "in", tmp_path / "out")
    assert {split: file.rows for split, file in dataset.splits.items()} == {"train": 90, "validation": 10, "test": 20}
    assert [row["text"] for row in rows_of(tmp_path / "out")["test"]] == [text for text, _ in reviews(120)[100:]]


def test_a_column_names_the_split(tmp_path: Path) -> None:
    rows = [(*pair, ("train", "train", "test", "validation")[row // 2 % 4]) for row, pair in enumerate(reviews())]
    (tmp_path / "reviews.csv").write_bytes(as_csv(rows, ("text", "label", "fold")))
    dataset = run(tmp_path / "reviews.csv", tmp_path / "out", split_column="fold")
    assert {split: file.rows for split, file in dataset.splits.items()} == {"train": 20, "validation": 10, "test": 10}


def test_a_split_that_does_not_exist(tmp_path: Path) -> None:
    rows = [(*pair, "dev" if row == 4 else "train") for row, pair in enumerate(reviews())]
    (tmp_path / "reviews.csv").write_bytes(as_csv(rows, ("text", "label", "fold")))
    said = refusal(tmp_path / "reviews.csv", tmp_path / "out", split_column="fold")
    assert "reviews.csv row 5: found dev in column fold; expected one of train, validation, test" in said


def test_splits_named_in_two_ways(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", reviews())
    assert "the files' names say the splits" in refusal(tmp_path / "in", tmp_path / "out", split_column="label")


def test_splits_beside_other_files(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", reviews())
    write(tmp_path / "in" / "more.csv", reviews())
    assert "found splits, and beside them more.csv" in refusal(tmp_path / "in", tmp_path / "out")


def test_splits_without_train(tmp_path: Path) -> None:
    write(tmp_path / "in" / "test.csv", reviews())
    assert "found test.csv; expected a file train.* too" in refusal(tmp_path / "in", tmp_path / "out")
