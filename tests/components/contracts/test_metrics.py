import json
from pathlib import Path

from kfp import dsl

from components.contracts.metrics import write_metrics


def test_numbers_stand_in_the_metadata_and_in_the_file(tmp_path: Path) -> None:
    artifact = dsl.Metrics(name="counts", uri=str(tmp_path / "step" / "counts"))
    write_metrics(artifact, {"rows": 12.0, "accuracy": 0.5})
    assert artifact.metadata == {"rows": 12.0, "accuracy": 0.5}
    assert json.loads(Path(artifact.path).read_text()) == artifact.metadata
