from dataclasses import asdict, replace
from pathlib import Path

import pytest
from kfp import dsl

from components.contracts.model import TunedModel, read_model
from components.fine_tuning.component import fine_tune
from tests.components.fine_tuning.conftest import QUICK


def test_the_shell_trains_and_hands_on_what_it_measured(
    dataset_folder: Path, base_folder: Path, validation_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprints = []

    def checkpoint_of(*key: object) -> Path:
        fingerprints.append(key[-1])
        return tmp_path / "checkpoint" / "state.pt"

    monkeypatch.setattr("components.fine_tuning.tune.checkpoint_file", checkpoint_of)
    tuned = dsl.Model(uri=str(tmp_path / "tuned"))
    curve, metrics = dsl.HTML(uri=str(tmp_path / "curve.html")), dsl.Metrics(uri=str(tmp_path / "metrics"))
    inputs = [dsl.Artifact(uri=str(folder)) for folder in (dataset_folder, base_folder, validation_folder)]
    settings = {name: float(value) if isinstance(value, int) else value for name, value in asdict(QUICK).items()}
    fine_tune.python_func(*inputs, settings=settings, code="a4c1", tuned=tuned, curve=curve, metrics=metrics)
    manifest = read_model(tmp_path / "tuned", TunedModel)
    assert tuned.metadata["accuracy"] == metrics.metadata["accuracy"] == manifest.validation["accuracy"]
    assert fingerprints == ["a4c1"]
    assert "Training curve" in (tmp_path / "curve.html").read_text()


def test_a_refusal_is_a_sentence_and_an_exit_code(
    dataset_folder: Path, base_folder: Path, validation_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = [dsl.Artifact(uri=str(folder)) for folder in (dataset_folder, base_folder, validation_folder)]
    outputs = [dsl.Artifact(uri=str(tmp_path / name)) for name in ("tuned", "curve", "metrics")]
    with pytest.raises(SystemExit) as exit_:
        fine_tune.python_func(*inputs, asdict(replace(QUICK, max_tokens=40)) | {"epoch": 1}, "0", *outputs)
    assert exit_.value.code == 65
    assert "fine_tuning.epoch: found a key that does not exist" in capfd.readouterr().err
