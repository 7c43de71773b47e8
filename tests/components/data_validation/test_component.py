from pathlib import Path

import pytest
from kfp import dsl, local

from components.contracts.folders import read_manifest
from components.contracts.validation import Validation
from components.data_validation.component import validate_data


@pytest.mark.slow
def test_the_component_runs(
    dataset_folder: Path, base_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])

    @dsl.pipeline(name="data-validation-alone")
    def alone(dataset: str, base: str) -> dsl.Artifact:
        rows = dsl.importer(artifact_uri=dataset, artifact_class=dsl.Dataset)
        model = dsl.importer(artifact_uri=base, artifact_class=dsl.Model)
        return validate_data(
            dataset=rows.output, base=model.output, settings={"distinct_texts": {"min_train": 100}}, code=""
        ).outputs["validation"]

    root = tmp_path / "root"
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(root))
    made = alone(dataset=str(dataset_folder), base=str(base_folder)).output
    validation = read_manifest(Path(made.path), Validation)
    assert made.metadata == {"dataset": validation.dataset_sha256, "warnings": 0}
    (page,) = root.rglob("data_docs")
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert validation.counts
