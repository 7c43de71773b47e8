"""The packaged challenger in a serving process: what it answers, and what is said when it does not."""

from importlib.metadata import version
from pathlib import Path

import mlflow
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.reference import HELD_OUT_SCHEMA
from components.promotion.serve import other_versions
from components.promotion.serving import judge_answers, try_serving
from tests.components.promotion.stage import client, registered, tracking  # noqa: F401 - fixtures

RECORDED = {"text": ["a"] * 100, "predicted": ["fresh"] * 100, "confidence": [0.9] * 100}


def answers(other_labels: int = 0, off: float = 0.0, imported: list[str] | None = None) -> dict[str, object]:
    labels = ["rotten"] * other_labels + ["fresh"] * (100 - other_labels)
    return {
        "labels": labels,
        "confidences": [0.9 + off] * 100,
        "seconds": 2.0,
        "other_versions": [],
        "imported": imported or [],
    }


def test_answers_as_recorded_are_told_in_a_sentence() -> None:
    served = judge_answers(answers(other_labels=5, off=0.09), RECORDED)
    assert served.faults == []
    assert served.sentence == (
        "It was loaded in 2.0 s in a process of its own and answered 100 texts: 95 labels as the scorecard has them, "
        "confidences off by at most 0.09."
    )


def test_other_versions_than_it_was_packaged_with_are_told(tmp_path: Path) -> None:
    here = {name: version(name) for name in ("numpy", "onnxruntime")}
    lines = [f"numpy=={here['numpy']}", "onnxruntime==1.0", "nothing-like-it==1", "--hash=sha256:00", "mlflow>=1"]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    found = [*other_versions(tmp_path / "requirements.txt")]
    assert found == [f"onnxruntime {here['onnxruntime']}"]
    served = judge_answers({**answers(), "other_versions": found}, RECORDED)
    assert served.faults == []
    assert served.sentence.endswith(f"off by at most 0. It was packaged with other versions than {found[0]}.")


@pytest.mark.parametrize(("other_labels", "off"), [(6, 0.0), (0, 0.11), (0, float("nan"))])
def test_other_answers_than_the_scorecards_are_a_fault(other_labels: int, off: float) -> None:
    (fault,) = judge_answers(answers(other_labels, off), RECORDED).faults
    assert fault.startswith("the packaged challenger: found other answers than the scorecard's for ")


def test_what_only_training_needs_is_a_fault() -> None:
    (fault,) = judge_answers(answers(imported=["torch", "transformers"]), RECORDED).faults
    assert fault == (
        "the packaged challenger: found a model that imports torch and transformers; expected one that serves without."
    )


def test_without_recorded_answers_nothing_is_shown(tmp_path: Path) -> None:
    served = try_serving(tmp_path, None)
    assert served.sentence == "It was not shown to serve."
    assert served.faults[0].startswith("the reference of the challenger: found none; expected the answers")


@pytest.fixture
def package(client: MlflowClient, tmp_path: Path) -> Path:  # noqa: F811
    """Return a copy of the packaged challenger that may be changed."""
    return Path(mlflow.artifacts.download_artifacts("models:/sentiment/2", dst_path=str(tmp_path / "package")))


@pytest.fixture
def held_out(client: MlflowClient, tmp_path: Path) -> Path:  # noqa: F811
    run_id = client.get_model_version("sentiment", "2").run_id
    return Path(client.download_artifacts(run_id, "reference/held_out.parquet", str(tmp_path)))


@pytest.mark.slow
def test_the_registered_model_serves_as_it_was_measured(
    package: Path, held_out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://nobody.invalid")  # which it must never ask
    served = try_serving(package, held_out)
    assert served.faults == []
    assert "answered 80 texts: 80 labels as the scorecard has them" in served.sentence


@pytest.mark.slow
def test_recorded_answers_of_another_model_are_noticed(package: Path, held_out: Path, tmp_path: Path) -> None:
    table = pq.read_table(held_out).to_pydict()
    turned = [{"fresh": "rotten", "rotten": "fresh"}[label] for label in table["predicted"]]
    pq.write_table(pa.table({**table, "predicted": turned}, schema=HELD_OUT_SCHEMA), tmp_path / "turned.parquet")
    (fault,) = try_serving(package, tmp_path / "turned.parquet").faults
    assert "found other answers than the scorecard's for 80 of 80 texts" in fault


@pytest.mark.slow
def test_a_model_that_does_not_load_is_a_fault_with_its_own_last_line(package: Path, held_out: Path) -> None:
    (package / "artifacts" / "candidate" / "model.onnx").write_bytes(b"no model")
    served = try_serving(package, held_out)
    assert "INVALID_PROTOBUF" in served.faults[0]
    assert served.sentence == "It was not shown to serve."


@pytest.mark.slow
def test_the_process_has_nothing_of_this_ones_environment_and_tells_what_the_model_imports(
    package: Path, held_out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_SECRET", "seven")
    code = package / "served_text_classifier.py"
    looking = "import os, sys\nassert 'SOME_SECRET' not in os.environ\nsys.modules['torch'] = sys\n"
    code.write_text(looking + code.read_text())
    (fault,) = try_serving(package, held_out).faults
    assert "found a model that imports torch; expected one that serves without." in fault
