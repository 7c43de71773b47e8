import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from components.contracts.settings import read_settings
from components.data_validation.config import DataValidationSettings
from components.data_validation.measure import measure
from tests.components.data_validation.test_same_texts import rows_of
from tests.conftest import package_model

TOKENIZER = Tokenizer.from_file(str(package_model() / "tokenizer.json"))
LABELS = st.lists(st.tuples(st.integers(0, 2), st.just("text"), st.sampled_from(["x", "y", "z", None])))


@settings(max_examples=12, deadline=None)
@given(LABELS)
def test_labels_are_counted_in_train_alone(triples: list[tuple[int, str | None, str | None]]) -> None:
    rows = rows_of(triples)
    measured = measure(rows, [], TOKENIZER, DataValidationSettings())
    training = [label for split, label in zip(rows.split, rows.label, strict=True) if split == 0 and label]
    labels = measured.tables["labels"]
    assert dict(zip(labels["label"], labels["training rows"], strict=True)) == {
        label: training.count(label) for label in sorted(set(training))
    }
    assert np.isclose(labels["share of an even split"].sum(), len(labels))
    counted = measured.tables["rows"]["training rows with its label"]
    for label, number in zip(rows.label, counted, strict=True):
        assert np.isnan(number) if label is None else number == training.count(label)


def test_copies_and_blank_texts_are_no_different_texts() -> None:
    rows = rows_of([(0, "a film", "x"), (0, "A  FILM", "x"), (0, " ", "x"), (0, None, "x"), (1, "b", "x")])
    splits = measure(rows, [], TOKENIZER, DataValidationSettings()).tables["splits"]
    assert splits["rows"].tolist() == [4, 1, 0]
    assert splits["different texts"].tolist() == [1, 1, 0]


def test_near_copies_are_not_looked_for_when_that_is_off() -> None:
    config = read_settings(DataValidationSettings, {"leakage_near": {"severity": "off"}}, "data_validation")
    measured = measure(rows_of([(0, "a", "x")]), [], TOKENIZER, config)
    assert "similarity to an earlier split" not in measured.tables["rows"]
