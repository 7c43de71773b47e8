"""The comparison: both answer the same rows now, and nothing that was measured before is believed."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from kfp import dsl

from components.contracts.candidate import read_candidate
from components.contracts.comparison import Comparison
from components.contracts.dataset import read_dataset, read_split
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest, sha256_of, write_manifest
from components.contracts.tracking import StepRun, step_run
from components.evaluation.compare import compare, metrics_of, unseen_rows
from components.evaluation.component import compare_contenders
from components.evaluation.rivals import read_rivals
from pipelines.empty_database import empty_database
from tests.components.evaluation.arena import biased, contenders
from tests.components.evaluation.conftest import QUICK


@dataclass(frozen=True)
class Compared:
    comparison: Comparison
    folder: Path
    run: StepRun
    challenger: Path
    champion: Path


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory, onnx_candidate_folder: Path, dataset_folder: Path) -> Compared:
    """A challenger that has learned its task, and a champion that calls most films fresh, whatever its scorecard says.

    The champion's labels stand in another order, and it reads shorter texts.
    """
    place = tmp_path_factory.mktemp("compared")
    champion = biased(place / "worse", onnx_candidate_folder, (0.0, 5.0))
    manifest = read_candidate(champion)
    write_manifest(champion, replace(manifest, labels=["rotten", "fresh"], max_tokens=32))
    learned = read_split(dataset_folder, read_dataset(dataset_folder), "test")["text"].to_pylist()
    arena = contenders(
        place / "contenders", onnx_candidate_folder, champion, (learned[:3], [learned[2].upper()]), (0.1, 1.0)
    )
    shutil.copy(empty_database(), place / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{place}/mlflow.db")
        patch.delenv("MLFLOW_RUN_ID", raising=False)
        patch.chdir(place)
        with step_run("evaluation/contenders") as run:
            comparison = compare(arena, dataset_folder, QUICK, place / "comparison", run)
    return Compared(comparison, place / "comparison", run, onnx_candidate_folder, champion)


def test_a_champion_with_worse_numbers_on_these_rows_is_seen_as_such(compared: Compared) -> None:
    """Its scorecard says that it makes no mistake, and the challenger's that it is worthless: nobody asks them."""
    champion, challenger = compared.comparison.champion, compared.comparison.challenger
    assert champion
    assert challenger.accuracy.value > 0.8
    assert champion.accuracy.value < challenger.accuracy.value - 0.2
    assert champion.macro_f1.value < challenger.macro_f1.value - 0.2


def test_both_answered_the_same_rows(compared: Compared, dataset_folder: Path) -> None:
    table = pq.read_table(compared.folder / Comparison.PREDICTIONS)
    assert compared.comparison.predictions_sha256 == sha256_of(compared.folder / Comparison.PREDICTIONS)
    assert table.column_names == ["row", "label", "slices", "challenger", "champion"]
    test = read_split(dataset_folder, read_dataset(dataset_folder), "test")
    assert table["row"].to_pylist() == test["row"].to_pylist()[3:]
    assert table["label"].to_pylist() == test["label"].to_pylist()[3:]
    for column in ("challenger", "champion"):
        measured = getattr(compared.comparison, column)
        right = np.array(table["label"].to_pylist()) == np.array(table[column].to_pylist())
        assert measured.accuracy.value == pytest.approx(right.mean())
        of_slice = {part.name: part.rows for part in measured.slices}
        for name, rows in of_slice.items():
            inside = np.array([name in names for names in table["slices"].to_pylist()])
            assert inside.sum() == rows


def test_labels_in_another_order_mean_the_same(compared: Compared) -> None:
    """The bias is for the champion's second label, which is the first of the data."""
    predicted = pq.read_table(compared.folder / Comparison.PREDICTIONS)["champion"].to_pylist()
    assert predicted.count("fresh") > 0.9 * len(predicted)


def test_rows_that_either_has_learned_from_are_left_out_and_counted(compared: Compared) -> None:
    assert (compared.comparison.rows, compared.comparison.seen_rows) == (77, 3)


def test_both_are_timed_at_the_sizes_that_both_read(compared: Compared) -> None:
    for measured in (compared.comparison.challenger, compared.comparison.champion):
        assert measured
        assert [(size.batch, size.tokens) for size in measured.latency] == [(1, 8), (2, 32)]
        assert all(0 < size.p50_ms <= size.p95_ms and size.calls >= 3 for size in measured.latency)
        assert 10 < measured.peak_memory_mib < 1000


def test_every_disturbance_is_told_against_the_same_rows_undisturbed(compared: Compared) -> None:
    challenger = compared.comparison.challenger
    names = [each.disturbance for each in challenger.robustness]
    assert names == ["typos", "lowercase", "uppercase", "whitespace", "truncation"]
    for each in challenger.robustness:  # all rows are few enough to be disturbed
        assert each.drop_points == pytest.approx(100 * (challenger.accuracy.value - each.accuracy))
    lost = {each.disturbance: each.drop_points for each in challenger.robustness}
    assert lost["uppercase"] == lost["whitespace"] == 0  # BERT-tiny's tokenizer knows neither
    assert lost["truncation"] > 0


def test_it_names_what_it_measured(compared: Compared, dataset_folder: Path) -> None:
    comparison = read_manifest(compared.folder, Comparison)
    assert comparison == compared.comparison
    assert comparison.challenger.candidate_sha256 == sha256_of(compared.challenger / "candidate.json")
    assert comparison.champion
    assert comparison.champion.candidate_sha256 == sha256_of(compared.champion / "candidate.json")
    assert comparison.challenger.bytes_on_disk == sum(path.stat().st_size for path in compared.challenger.iterdir())
    assert (comparison.name, comparison.ledger_entries, comparison.served) == ("sentiment", 3, "It answers.")
    assert comparison.dataset_sha256 == read_dataset(dataset_folder).content_sha256


def test_the_run_holds_the_numbers_and_the_comparison(compared: Compared) -> None:
    run = compared.run
    assert run.client
    data = run.client.get_run(run.run_id).data
    assert set(data.metrics) == set(metrics_of(compared.comparison))
    assert data.metrics["champion_accuracy"] == compared.comparison.champion.accuracy.value  # type: ignore[union-attr]
    assert (data.params["challenger"], data.params["champion"], data.params["rows"]) == ("2", "1", "77")
    assert [file.path for file in run.client.list_artifacts(run.run_id)] == ["comparison.json"]


def test_where_nobody_reigns_the_challenger_is_measured_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    """Through the body of the component, with numbers as KFP hands them over."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    arena = contenders(tmp_path / "contenders", onnx_candidate_folder, None)
    artifact, metrics = dsl.Artifact(uri=str(tmp_path / "comparison")), dsl.Metrics(uri=str(tmp_path / "metrics"))
    settings = {"sizes": [[1.0, 8.0]], "seconds_per_size": 0.01, "min_calls": 1.0, "rounds": 1.0}
    inputs = dsl.Artifact(uri=str(arena)), dsl.Dataset(uri=str(dataset_folder))
    compare_contenders.python_func(*inputs, settings, "0", artifact, metrics)
    comparison = read_manifest(tmp_path / "comparison", Comparison)
    assert comparison.champion is None
    assert artifact.metadata == {"name": "sentiment", "rows": 80, "seen_rows": 0}
    assert pq.read_table(tmp_path / "comparison" / Comparison.PREDICTIONS)["champion"].null_count == 80
    shown = json.loads((tmp_path / "metrics").read_text())
    assert shown["challenger_accuracy"] == comparison.challenger.accuracy.value
    assert not [name for name in shown if name.startswith("champion")]


def test_rows_that_are_all_known_decide_nothing(
    tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    data = read_dataset(dataset_folder)
    texts = read_split(dataset_folder, data, "test")["text"].to_pylist()
    worse = biased(tmp_path / "worse", onnx_candidate_folder, (5.0, 0.0))
    arena = contenders(tmp_path / "contenders", onnx_candidate_folder, worse, (texts[:40], texts[40:]))
    _, rivals = read_rivals(arena, data)
    with pytest.raises(BadInput) as refused:
        unseen_rows(dataset_folder, data, QUICK, rivals)
    assert str(refused.value) == (
        "the test split: found 80 rows, each learned by one of the two; expected rows that neither has seen. "
        "Name fresh rows as data_ingestion.source, or evaluate on the test split."
    )


def test_a_model_that_does_not_load_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    broken = shutil.copytree(onnx_candidate_folder, tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"no model")
    manifest = read_candidate(onnx_candidate_folder)
    files = {**manifest.files, "model.onnx": sha256_of(broken / "model.onnx")}
    write_manifest(broken, replace(manifest, files=files))
    arena = contenders(tmp_path / "contenders", broken, None)
    with pytest.raises(BadInput, match="run by onnxruntime: found"):
        compare(arena, dataset_folder, QUICK, tmp_path / "comparison", StepRun())
    assert not (tmp_path / "comparison").exists()
