import numpy as np
import pytest

from components.evaluation.confusion import confusion_matrix
from components.evaluation.slices import label_slices, length_slices, slices_of_rows

TRUTH = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 0, 2])


def test_a_label_has_its_recall_and_its_own_f1() -> None:
    slices = label_slices(confusion_matrix(TRUTH, PREDICTED, 4), ["a", "b", "c", "never"])
    assert [(part.name, part.rows) for part in slices] == [("label=a", 3), ("label=b", 2), ("label=c", 1)]
    assert slices[0].accuracy == pytest.approx(2 / 3)
    assert slices[0].macro_f1 == pytest.approx(2 / 3)  # precision 2/3, recall 2/3
    assert slices[2].macro_f1 == 1.0


def test_every_row_falls_into_one_length_band() -> None:
    lengths = np.array([1, 16, 17, 32, 33, 500])
    slices = length_slices(lengths, TRUTH, PREDICTED, 3, (16, 32, 64))
    assert {part.name: part.rows for part in slices} == {
        "tokens=1-16": 2,
        "tokens=17-32": 2,
        "tokens=33-64": 1,
        "tokens>64": 1,
    }
    assert slices[0].accuracy == 1.0


def test_without_bands_there_is_one_slice() -> None:
    (part,) = length_slices(np.array([3, 4, 5, 6, 7, 8]), TRUTH, PREDICTED, 3, ())
    assert (part.name, part.rows) == ("tokens>0", 6)


def test_a_row_lies_in_the_slices_that_count_it() -> None:
    lengths, labels = np.array([1, 16, 17, 32, 33, 500]), ["a", "b", "c"]
    names = slices_of_rows([labels[place] for place in TRUTH], lengths, (16, 32))
    assert names[0] == ["label=a", "tokens=1-16"]
    assert names[5] == ["label=c", "tokens>32"]
    counted = [name for row in names for name in row]
    confusion = confusion_matrix(TRUTH, PREDICTED, 3)
    for part in [*label_slices(confusion, labels), *length_slices(lengths, TRUTH, PREDICTED, 3, (16, 32))]:
        assert counted.count(part.name) == part.rows
