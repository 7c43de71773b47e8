from pathlib import Path

from components.compression.compress import compress
from components.compression.config import CompressionSettings
from components.contracts.candidate import read_candidate
from components.contracts.folders import sha256_of
from components.contracts.tracking import StepRun


def test_the_baseline_is_the_tuned_model_by_reference(tuned_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "baseline"
    compress(tuned_folder, tmp_path / "unread", "baseline", CompressionSettings(), folder, StepRun())
    candidate = read_candidate(folder)
    assert (candidate.runtime, candidate.files) == ("torch", {})
    assert candidate.tuned_sha256 == sha256_of(tuned_folder / "model.safetensors")
    assert [path.name for path in folder.iterdir()] == ["candidate.json"]
