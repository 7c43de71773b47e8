from pathlib import Path
from typing import NamedTuple

import pytest
from kfp import dsl, local

from components.compression.component import compress_model
from components.contracts.candidate import read_candidate


class Made(NamedTuple):
    candidate: dsl.Model
    metrics: dsl.Metrics


def test_the_component_runs(tuned_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])

    @dsl.pipeline(name="compression-alone")
    def alone(tuned: str, dataset: str) -> Made:
        model = dsl.importer(artifact_uri=tuned, artifact_class=dsl.Model)
        rows = dsl.importer(artifact_uri=dataset, artifact_class=dsl.Dataset)
        compressed = compress_model(
            tuned=model.output,
            dataset=rows.output,
            recipe="baseline",
            settings={"calibration_rows": 30, "max_calibration_drop": 2},
            code="",
        )
        return Made(compressed.outputs["candidate"], compressed.outputs["metrics"])

    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path / "root"))
    outputs = alone(tuned=str(tuned_folder), dataset=str(tmp_path)).outputs
    made = outputs["candidate"]
    assert made.metadata["applied"] == "left as it is"
    assert read_candidate(Path(made.path)).recipe == "baseline"
    assert outputs["metrics"].metadata == {"size_mib": 0, "calibration_drop": 0}
