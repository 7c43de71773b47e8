"""One real training on BERT-tiny, looked at from all sides, and what can go wrong with its inputs."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import urlopen

import pyarrow.parquet as pq
import pytest
import torch
from mlflow import MlflowClient
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from components.contracts.faults import BadInput, Unavailable, Unwritable
from components.contracts.folders import write_manifest
from components.contracts.model import TunedModel, read_model
from components.contracts.tracking import StepRun
from components.contracts.validation import Validation
from components.fine_tuning import history
from components.fine_tuning.checkpoints import save_checkpoint
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.train import Kept, Training, standard_error
from components.fine_tuning.tune import tune
from tests.components.fine_tuning.conftest import QUICK
from tests.conftest import labelled_texts, write_dataset


@dataclass(frozen=True)
class Inputs:
    dataset: Path
    base: Path
    validation: Path

    def tune(
        self, into: Path, settings: FineTuningSettings = QUICK, run: StepRun | None = None, code: str = ""
    ) -> TunedModel:
        folders = self.dataset, self.base, self.validation
        return tune(*folders, settings, into, into.with_suffix(".html"), run or StepRun(), code=code)


@dataclass(frozen=True)
class Rows(StepRun):
    """Keeps what was sent."""

    rows: list[tuple[int, Mapping[str, float]]] = field(default_factory=list)

    def history(self, rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        self.rows.extend(rows)


@pytest.fixture(scope="session")
def inputs(dataset_folder: Path, base_folder: Path, validation_folder: Path) -> Inputs:
    return Inputs(dataset_folder, base_folder, validation_folder)


@pytest.fixture(scope="session")
def whole(inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "tuned"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BESSEMER_CHECKPOINTS", str(folder.parent / "checkpoints"))
        inputs.tune(folder)
    return folder


def weights_sha256(folder: Path) -> str:
    return read_model(folder, TunedModel).files["model.safetensors"]


def test_it_learns_and_says_where_it_comes_from(whole: Path, inputs: Inputs) -> None:
    tuned = read_model(whole, TunedModel)
    assert tuned.validation["accuracy"] > 0.8
    assert tuned.labels == ["fresh", "rotten"]
    assert tuned.max_tokens == 48
    assert tuned.dataset_sha256 == json.loads((inputs.dataset / "dataset.json").read_text())["content_sha256"]
    assert tuned.base_sha256 == json.loads((inputs.base / "base_model.json").read_text())["sha256"]
    assert tuned.precision == "fp32"
    assert tuned.training_seconds > 0
    assert set(tuned.files) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert (whole / "model.safetensors").stat().st_mode & 0o777 == 0o644


def test_what_transformers_loads_reaches_what_the_manifest_says(whole: Path, inputs: Inputs) -> None:
    tuned = read_model(whole, TunedModel)
    model = AutoModelForSequenceClassification.from_pretrained(whole).eval()
    tokenizer = AutoTokenizer.from_pretrained(whole)
    rows = pq.read_table(inputs.dataset / "validation.parquet")
    batch = tokenizer(rows["text"].to_pylist(), padding=True, truncation=True, max_length=48, return_tensors="pt")
    with torch.inference_mode():
        predicted = model(**batch).logits.argmax(dim=1).tolist()
    truth = [tuned.labels.index(label) for label in rows["label"].to_pylist()]
    right = sum(a == b for a, b in zip(predicted, truth, strict=True)) / len(truth)
    assert right == pytest.approx(tuned.validation["accuracy"], abs=1e-9)
    assert model.config.id2label == {0: "fresh", 1: "rotten"}


def test_the_page_stands_on_its_own(whole: Path) -> None:
    page = whole.with_suffix(".html").read_text()
    assert page.count("data:image/png;base64,") == 2
    assert "http" not in page
    assert "<script" not in page
    assert "validation accuracy" in page


def test_nothing_is_left_beside_the_result(whole: Path) -> None:
    assert sorted(path.name for path in whole.parent.iterdir()) == ["checkpoints", "tuned", "tuned.html"]
    assert not list((whole.parent / "checkpoints").iterdir())


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes_and_no_noise(
    whole: Path, inputs: Inputs, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs.tune(tmp_path / "tuned")
    assert weights_sha256(tmp_path / "tuned") == weights_sha256(whole)
    assert capfd.readouterr() == ("", "")
    inputs.tune(tmp_path / "other", replace(QUICK, seed=1, epochs=1))
    assert weights_sha256(tmp_path / "other") != weights_sha256(whole)


def dataset_of(folder: Path, train: list[tuple[str, str]], held_out: list[tuple[str, str]]) -> tuple[Path, Path]:
    """Return a data set and its validation."""
    dataset = write_dataset(folder / "dataset", {"train": train, "validation": held_out, "test": held_out})
    validation = folder / "validation"
    validation.mkdir()
    content = json.loads((dataset / "dataset.json").read_text())["content_sha256"]
    write_manifest(validation, Validation(content, "0" * 64, [], {}))
    return dataset, validation


@pytest.mark.slow
def test_patience_ends_early_and_weights_that_are_clearly_worse_are_not_kept(inputs: Inputs, tmp_path: Path) -> None:
    pairs = labelled_texts(160, seed=3)
    opposite = {"fresh": "rotten", "rotten": "fresh"}
    held_out = [(text, opposite[label]) for text, label in pairs[120:]]  # the better it learns, the worse it does
    dataset, validation = dataset_of(tmp_path, pairs[:120], held_out)
    run = Rows()
    settings = replace(QUICK, epochs=50, patience=3, evaluations_per_epoch=2)
    tuned = Inputs(dataset, inputs.base, validation).tune(tmp_path / "tuned", settings, run)
    evaluations = [(step, values) for step, values in run.rows if "validation_accuracy" in values]
    assert len(evaluations) < 50
    ranks = [(values["validation_accuracy"], -values["validation_loss"]) for _, values in evaluations]
    assert ranks.index(max(ranks)) == len(ranks) - 1 - settings.patience
    enough = max(ranks)[0] - standard_error(max(ranks)[0], len(held_out))
    kept = [row for row in evaluations if row[1]["validation_accuracy"] >= enough][-1]
    assert tuned.steps == kept[0]
    assert tuned.validation["loss"] == kept[1]["validation_loss"]


@pytest.mark.slow
def test_metrics_by_step_and_the_curve_are_in_mlflow(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    client = MlflowClient()
    experiment = client.create_experiment("fine-tuning", artifact_location=str(tmp_path / "artifacts"))
    run_id = client.create_run(experiment).info.run_id
    tuned = inputs.tune(tmp_path / "tuned", replace(QUICK, epochs=1), StepRun(client, run_id, run_id, experiment))
    losses = client.get_metric_history(run_id, "loss")
    assert [metric.step for metric in losses] == list(range(1, len(losses) + 1))
    assert len(client.get_metric_history(run_id, "validation_accuracy")) == 2
    data = client.get_run(run_id).data
    assert data.metrics["kept_accuracy"] == pytest.approx(tuned.validation["accuracy"])
    assert data.params["seed"] == "0"
    assert data.params["precision"] == "fp32"
    assert [file.path for file in client.list_artifacts(run_id, "plots")] == ["plots/training_curve.png"]


@pytest.mark.slow
def test_a_tracking_server_that_is_gone_ends_it_with_a_sentence_and_a_checkpoint(
    whole: Path, inputs: Inputs, tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(StepRun, "params", lambda self, values: None)  # it was still there at the start
    monkeypatch.setattr(history, "_SECONDS_BETWEEN_REQUESTS", 0.3)
    with pytest.raises(Unavailable, match=r"the MLflow server at http://127.0.0.1:9.*then run again"):
        inputs.tune(tmp_path / "tuned", run=StepRun(MlflowClient(), "a" * 32, "a" * 32, "0"))
    assert not (tmp_path / "tuned").exists()
    assert len(list(checkpoints.glob("*/state.pt"))) == 1
    inputs.tune(tmp_path / "tuned")
    assert weights_sha256(tmp_path / "tuned") == weights_sha256(whole)
    assert list(checkpoints.iterdir()) == []


def test_other_code_does_not_go_on_from_a_checkpoint(
    inputs: Inputs, tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(training: Training, checkpoint: Path) -> Kept:
        save_checkpoint(checkpoint, {"weights": {}})
        raise KeyboardInterrupt

    monkeypatch.setattr(Training, "run", interrupted)
    for code, there_are in (("old", 1), ("old", 1), ("edited", 2)):
        with pytest.raises(KeyboardInterrupt):
            inputs.tune(tmp_path / "tuned", code=code)
        assert len(list(checkpoints.glob("*/state.pt"))) == there_are


@pytest.mark.slow
def test_a_full_disk_leaves_no_model_and_no_training_is_lost(
    whole: Path, inputs: Inputs, tmp_path: Path, small_disk: Path, checkpoints: Path
) -> None:
    with pytest.raises(Unwritable, match=r"tuned: found no space left on the device.*Free space there"):
        inputs.tune(small_disk / "tuned")
    assert not list(small_disk.iterdir())
    (checkpoint,) = checkpoints.glob("*/state.pt")
    steps = torch.load(checkpoint, weights_only=True)["place"]["step"]
    tuned = inputs.tune(tmp_path / "tuned")
    assert steps >= tuned.steps
    assert weights_sha256(tmp_path / "tuned") == weights_sha256(whole)


def test_a_full_disk_under_the_checkpoints_is_said(
    inputs: Inputs, tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESSEMER_CHECKPOINTS", str(small_disk))
    with pytest.raises(Unwritable, match="no space left on the device"):
        inputs.tune(tmp_path / "tuned", replace(QUICK, checkpoint_seconds=0))
    assert not (tmp_path / "tuned").exists()


def test_inputs_that_do_not_belong_together_are_all_said(inputs: Inputs, tmp_path: Path) -> None:
    other = tmp_path / "validation"
    other.mkdir()
    write_manifest(other, Validation("f" * 64, "0" * 64, [], {}))
    pairs = labelled_texts(20, seed=1)
    dataset = write_dataset(tmp_path / "dataset", {"train": pairs, "validation": [], "test": pairs})
    with pytest.raises(BadInput) as refusal:
        Inputs(dataset, inputs.base, other).tune(
            tmp_path / "tuned", replace(QUICK, max_tokens=513, tokens_per_batch=1024)
        )
    message = str(refusal.value)
    assert "found the validation of another data set, ffffffffffff; expected that of" in message
    assert "fine_tuning.max_tokens: found 513; expected at most 512, the longest text that package://" in message
    assert "the validation split: found no rows; expected at least one." in message
    assert len(refusal.value.faults) == 3


def test_rows_without_a_text_are_named_with_their_split(inputs: Inputs, tmp_path: Path) -> None:
    pairs = labelled_texts(20, seed=1)
    dataset, validation = dataset_of(tmp_path, [(None, "fresh"), *pairs[1:]], pairs)
    with pytest.raises(BadInput, match=r"the column text of the train split: found 1 rows without one.*reviews\.csv:2"):
        Inputs(dataset, inputs.base, validation).tune(tmp_path / "tuned")


def test_a_training_that_diverges_says_so(inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(QUICK, learning_rate=0.99, gradient_clip=0, warmup_share=0, schedule="constant", epochs=20)
    monkeypatch.setattr(torch.nn.Linear, "forward", lambda self, x: torch.nn.functional.linear(x, self.weight) * 1e30)
    with pytest.raises(BadInput, match=r"fine_tuning\.learning_rate: found 0\.99, with which step 1 has a loss of"):
        inputs.tune(tmp_path / "tuned", settings)
    assert not (tmp_path / "tuned").exists()


class DyingServer:
    """A real tracking server that is killed after so many requests for metrics."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        give_up_at = time.monotonic() + 120
        while not self.answers():
            assert time.monotonic() < give_up_at, "the tracking server did not start"
            time.sleep(0.5)

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.uri}/health") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class Doomed(StepRun):
    """A run whose server dies after the second batch of metrics."""

    server: DyingServer | None = None
    requests: list[int] = field(default_factory=list)

    def history(self, rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        self.requests.append(len(rows))
        if len(self.requests) == 3:
            self.server.kill()
        super().history(rows)


@pytest.mark.slow
def test_a_real_tracking_server_that_dies_in_the_middle(
    whole: Path, inputs: Inputs, tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_SECONDS_BETWEEN_REQUESTS", 0)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    server = DyingServer(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    client = MlflowClient()
    run_id = client.create_run("0").info.run_id
    with pytest.raises(
        Unavailable, match=r"the MLflow server at http://127\.0\.0\.1:\d+: found .*; expected an answer\."
    ):
        inputs.tune(tmp_path / "tuned", run=Doomed(client, run_id, run_id, "0", server))
    (checkpoint,) = checkpoints.glob("*/state.pt")
    assert 2 <= torch.load(checkpoint, weights_only=True)["place"]["step"] <= 4
    assert not (tmp_path / "tuned").exists()
    inputs.tune(tmp_path / "tuned")
    assert weights_sha256(tmp_path / "tuned") == weights_sha256(whole)
