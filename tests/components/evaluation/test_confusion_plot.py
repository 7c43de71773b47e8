from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from components.evaluation.confusion_plot import draw_confusion


def draw(labels: int, path: Path) -> np.ndarray:
    dice = np.random.default_rng(0)
    names = [f"label number {place} $with_a rather long name" for place in range(labels)]
    confusion = np.diag(dice.integers(1, 90, labels)) + np.roll(np.diag(dice.integers(0, 3, labels)), 1)
    draw_confusion(confusion, names, "a title with a $ sign", path)
    return imread(path)


@pytest.mark.slow
def test_the_picture_grows_with_the_labels(tmp_path: Path) -> None:
    small, large = draw(2, tmp_path / "small.png"), draw(50, tmp_path / "large.png")
    assert max(small.shape[:2]) < 1000
    assert min(large.shape[:2]) > 1500  # some 30 pixels a label at least


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    draw(3, tmp_path / "one.png")
    draw(3, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_a_label_without_rows_is_drawn_empty(tmp_path: Path) -> None:
    draw_confusion(np.array([[4, 1], [0, 0]]), ["a", "b"], "title", tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
