import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, f1_score

from components.contracts.candidate import Candidate, read_candidate
from components.contracts.dataset import read_dataset
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.contracts.scorecard import Scorecard
from components.contracts.tracking import StepRun
from components.evaluation.evaluate import evaluate, metrics_of, recipe_of
from tests.components.evaluation.conftest import QUICK, Evaluated


def test_the_scorecard_says_what_its_predictions_say(onnx_evaluated: Evaluated) -> None:
    card = read_manifest(onnx_evaluated.folder, Scorecard)
    assert card == onnx_evaluated.card
    assert card.predictions_sha256 == sha256_of(onnx_evaluated.folder / "predictions.parquet")
    table = pq.read_table(onnx_evaluated.folder / "predictions.parquet")
    assert table.column_names == ["row", "label", "predicted", "probabilities"]
    truth, predicted = table["label"].to_pylist(), table["predicted"].to_pylist()
    assert card.rows == table.num_rows == np.sum(card.confusion) == 80
    assert card.accuracy.value == pytest.approx(accuracy_score(truth, predicted))
    assert card.macro_f1.value == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert card.accuracy.low <= card.accuracy.value <= card.accuracy.high
    probabilities = np.array(table["probabilities"].to_pylist())
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert [card.labels[place] for place in probabilities.argmax(axis=1)] == predicted


def test_the_tiny_model_has_learnt_its_task(onnx_evaluated: Evaluated) -> None:
    assert onnx_evaluated.card.accuracy.value > 0.8


def test_the_scorecard_names_what_it_measured(
    onnx_evaluated: Evaluated, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    card = onnx_evaluated.card
    assert (card.recipe, card.applied, card.split) == ("onnx-fp32", "exported to ONNX", "test")
    assert card.candidate_sha256 == sha256_of(onnx_candidate_folder / "candidate.json")
    assert card.dataset_sha256 == read_dataset(dataset_folder).content_sha256
    assert card.bytes_on_disk == sum(path.stat().st_size for path in onnx_candidate_folder.iterdir())


def test_slices_cover_every_row_twice(onnx_evaluated: Evaluated) -> None:
    slices = onnx_evaluated.card.slices
    assert sum(part.rows for part in slices if part.name.startswith("label=")) == 80
    assert sum(part.rows for part in slices if part.name.startswith("tokens")) == 80


def test_latency_is_that_of_the_sizes_as_the_model_reads_them(onnx_evaluated: Evaluated) -> None:
    card = onnx_evaluated.card
    for latency in (card.latency, card.reference_latency):
        assert [(size.batch, size.tokens) for size in latency] == [(1, 8), (2, 64)]  # the model reads 64 tokens
        assert all(0 < size.p50_ms <= size.p95_ms <= size.p99_ms and size.calls >= 3 for size in latency)
        assert all(size.threads == card.machine.threads for size in latency)
    assert card.reference_latency != card.latency
    assert card.speed_up == card.reference_latency[0].p50_ms / card.latency[0].p50_ms


def test_what_is_measured_for_its_memory_shares_none(onnx_evaluated: Evaluated, tuned_folder: Path) -> None:
    """The quick Python, where there is one, holds the reference alone."""
    threads = onnx_evaluated.card.machine.threads
    asked = onnx_evaluated.asked_of_quick_python
    assert asked == f"-m components.evaluation.measure torch {tuned_folder} {threads}\n"


@pytest.mark.slow
def test_the_baseline_is_its_own_reference(baseline_evaluated: Evaluated, tuned_folder: Path) -> None:
    card = baseline_evaluated.card
    assert card.latency == card.reference_latency
    assert card.speed_up == 1.0
    assert card.bytes_on_disk == sum(path.stat().st_size for path in tuned_folder.iterdir())


@pytest.mark.slow
def test_both_runtimes_predict_the_same_and_torch_needs_more_memory(
    baseline_evaluated: Evaluated, onnx_evaluated: Evaluated
) -> None:
    tables = [pq.read_table(each.folder / "predictions.parquet") for each in (baseline_evaluated, onnx_evaluated)]
    assert tables[0].select(["row", "label", "predicted"]).equals(tables[1].select(["row", "label", "predicted"]))
    assert baseline_evaluated.card.peak_memory_mib > onnx_evaluated.card.peak_memory_mib > 10


def test_the_run_holds_numbers_and_pictures(onnx_evaluated: Evaluated) -> None:
    run = onnx_evaluated.run
    assert run.client
    data = run.client.get_run(run.run_id).data
    assert data.params["recipe"] == "onnx-fp32"
    assert data.metrics["accuracy"] == pytest.approx(onnx_evaluated.card.accuracy.value)
    assert set(metrics_of(onnx_evaluated.card)) == set(data.metrics)
    assert {file.path for file in run.client.list_artifacts(run.run_id)} == {"plots", "report.html"}
    assert [file.path for file in run.client.list_artifacts(run.run_id, "plots")] == ["plots/confusion.png"]


def copy_candidate(folder: Path, source: Path, **changes: object) -> Path:
    shutil.copytree(source, folder)
    write_manifest(folder, replace(read_candidate(source), **changes))
    return folder


def test_a_candidate_of_another_model_is_refused_before_anything_runs(
    tmp_path: Path, onnx_candidate_folder: Path, tuned_folder: Path, dataset_folder: Path
) -> None:
    stranger = copy_candidate(tmp_path / "candidate", onnx_candidate_folder, tuned_sha256="0" * 64)
    with pytest.raises(BadInput, match="Compress the tuned model that is given here"):
        evaluate(stranger, tuned_folder, dataset_folder, QUICK, tmp_path / "card", tmp_path / "r.html", StepRun())
    assert [path.name for path in tmp_path.iterdir()] == ["candidate"]


def test_a_changed_model_file_is_refused(
    tmp_path: Path, onnx_candidate_folder: Path, tuned_folder: Path, dataset_folder: Path
) -> None:
    changed = copy_candidate(tmp_path / "candidate", onnx_candidate_folder)
    with (changed / "model.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(BadInput, match=r"model\.onnx: found sha256 .*; expected sha256 "):
        evaluate(changed, tuned_folder, dataset_folder, QUICK, tmp_path / "card", tmp_path / "r.html", StepRun())


def test_a_place_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, baseline_folder: Path, tuned_folder: Path, dataset_folder: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unwritable, match="a file where a folder has to be"):
        evaluate(
            baseline_folder,
            tuned_folder,
            dataset_folder,
            QUICK,
            tmp_path / "file" / "card",
            tmp_path / "r.html",
            StepRun(),
        )
    assert not (tmp_path / "r.html").exists()


def test_the_recipe_is_read_leniently(tmp_path: Path, onnx_candidate_folder: Path) -> None:
    assert recipe_of(onnx_candidate_folder) == "onnx-fp32"
    assert recipe_of(tmp_path) == ""
    for text in ("{", "[]", "{}"):
        (tmp_path / Candidate.FILE).write_text(text)
        assert recipe_of(tmp_path) == ""


def test_the_manifest_is_plain_json(onnx_evaluated: Evaluated) -> None:
    values = json.loads((onnx_evaluated.folder / "scorecard.json").read_text())
    assert values["accuracy"]["confidence"] == 0.95
