from pathlib import Path

import numpy as np
import pytest

from components.compression.calibration import Calibration, Damage
from components.compression.config import CompressionSettings
from components.compression.export import export
from components.compression.job import Job
from components.compression.onnx_file import open_session
from components.compression.rows import validation_rows
from components.compression.torch_model import load_classifier


def test_the_same_model_does_no_damage(job: Job, tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    session = open_session(export(model).SerializeToString())
    calibration = Calibration(validation_rows(job), 0, model)
    assert calibration.damage(session) == Damage(rows=60, drop=0.0, changed=0.0)


def test_lost_points_and_changed_answers_are_counted_apart(job: Job, tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    session = open_session(export(model).SerializeToString())
    calibration = Calibration(validation_rows(job), 0, model)
    right = np.flatnonzero(calibration.answers == calibration.rows.labels)
    wrong = np.flatnonzero(calibration.answers != calibration.rows.labels)
    flipped = [*right[:2], *wrong[:2]]
    calibration.answers[flipped] = 1 - calibration.answers[flipped]
    damage = calibration.damage(session)
    assert damage.changed == pytest.approx(100 * len(flipped) / 60)
    assert damage.drop == pytest.approx(100 * (len(wrong[:2]) - len(right[:2])) / 60)


@pytest.mark.parametrize(
    ("drop", "changed", "within"), [(1.0, 5.0, True), (1.1, 1.1, False), (-2.0, 5.1, False), (-2.0, 2.0, True)]
)
def test_both_bounds_have_to_hold(drop: float, changed: float, within: bool) -> None:
    damage = Damage(100, drop, changed)
    assert damage.is_within(CompressionSettings()) is within
    assert f"{drop:.2f} points lost (at most 1)" in damage.sentence(CompressionSettings())
