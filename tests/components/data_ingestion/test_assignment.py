"""Data that no model can learn from are refused, each with a sentence."""

from pathlib import Path

from tests.components.data_ingestion.sources import as_csv, refusal, reviews, write


def test_one_label_only(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", [(text, "fresh") for text, _ in reviews()])
    assert refusal(path, tmp_path / "out") == "column label: found one label only: fresh; expected two labels or more."


def test_no_label_at_all(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", [(text, " ") for text, _ in reviews()])
    assert "found no label at all" in refusal(path, tmp_path / "out")


def test_a_label_column_that_holds_no_classes(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", [(text, text) for text, _ in reviews(10_001)])
    assert "column label: found more than 10,000 different labels" in refusal(path, tmp_path / "out")


def test_a_label_in_test_that_train_lacks(tmp_path: Path) -> None:
    write(tmp_path / "in" / "train.csv", reviews())
    write(tmp_path / "in" / "test.csv", [*reviews(60)[40:], ("what", "sad"), ("which", "sad")])
    said = refusal(tmp_path / "in", tmp_path / "out")
    assert "the split test: found a label that train lacks: sad (2); expected labels that train has too" in said
    assert "raise max_rows" in refusal(tmp_path / "in", tmp_path / "out", max_rows=1000)


def test_three_rows(tmp_path: Path) -> None:
    said = refusal(write(tmp_path / "reviews.csv", reviews(3)), tmp_path / "out")
    assert "the rows: found 3 rows with 3 different texts, and no row for validation" in said
    assert "expected a row of each of the 2 labels in train, and others for validation and test" in said


def test_nothing_but_duplicates(tmp_path: Path) -> None:
    said = refusal(write(tmp_path / "reviews.csv", reviews(2) * 50), tmp_path / "out")
    assert "found 100 rows with 2 different texts, and no row for validation, test" in said
    assert "equal texts stay in one split" in said


def test_a_split_that_is_left_without_rows(tmp_path: Path) -> None:
    rows = [(*pair, "test") for pair in reviews()]
    (tmp_path / "reviews.csv").write_bytes(as_csv(rows, ("text", "label", "fold")))
    said = refusal(tmp_path / "reviews.csv", tmp_path / "out", split_column="fold")
    assert "no row for train, validation" in said


def test_nothing_is_left(tmp_path: Path) -> None:
    said = refusal(write(tmp_path / "reviews.csv", [(" ", "fresh")] * 3), tmp_path / "out", drop_empty=True)
    assert "found no row; expected rows. Left out were 3 by drop_empty." in said


def test_a_value_to_keep_that_no_row_has(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews())
    said = refusal(path, tmp_path / "out", keep={"label": ["fresh", "roten"]})
    assert "data_ingestion.keep.label: found roten, which no row has" in said
    assert "Did you mean rotten? It holds fresh, rotten." in said
