"""Text classification: one label a text."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch
from sklearn.metrics import accuracy_score, f1_score
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import (
    CONFIG_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.fine_tuning.tasks.task import Answers, Example, Task

_ROWS_NAMED = 3
_DROPOUT = re.compile("dropout|pdrop")


def build(base: Path, labels: Sequence[str], pad_id: int, dropout: float | None = None) -> PreTrainedModel:
    """Return the model in `base` as a classifier of `labels`, in fp32, with a `dropout` other than its own if not None.

    A head that it has is kept where it answers these very labels in this order, as that of a model that is trained
    further does; otherwise it gets a new one.

    Raises:
        BadInput: transformers knows no classifier of this architecture.

    """
    described = PretrainedConfig.get_config_dict(base)[0]
    architecture = described.get("model_type", "")
    if architecture not in CONFIG_MAPPING or architecture not in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES:
        expected = "an architecture that transformers has a sequence classifier of, such as bert or modernbert"
        found = f"model_type {architecture!r}"
        raise BadInput(Fault(str(base / "config.json"), found, expected, "Choose another model_ingestion.source."))
    config = AutoConfig.from_pretrained(
        base,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        pad_token_id=pad_id,
        trust_remote_code=False,
        local_files_only=True,
    )
    if dropout is not None:
        config.update(dict.fromkeys(_dropouts(config), dropout))
    model: PreTrainedModel
    if _has_a_head(described) and _labels(described) != list(labels):
        model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
        # not strict: one of the two may have a pooler that the other does without
        model.base_model.load_state_dict(_load(AutoModel, base).state_dict(), strict=False)
    else:
        model = _load(AutoModelForSequenceClassification, base, config=config)
    return model


def _load(kind: Any, base: Path, **more: Any) -> PreTrainedModel:
    safe = {"use_safetensors": True, "trust_remote_code": False, "local_files_only": True}
    model: PreTrainedModel = kind.from_pretrained(base, dtype=torch.float32, **safe, **more)
    return model


def _dropouts(config: PretrainedConfig) -> list[str]:
    """Return what a config calls its shares of dropout: `hidden_dropout_prob`, `attn_pdrop`, `seq_classif_dropout`."""
    named = config.to_dict().items()
    return [name for name, value in named if isinstance(value, int | float) and _DROPOUT.search(name)]


def _has_a_head(described: Mapping[str, Any]) -> bool:
    return any(name.endswith("ForSequenceClassification") for name in described.get("architectures") or [])


def _labels(described: Mapping[str, Any]) -> list[str]:
    """Return the labels of the outputs, in order; none where config.json names none."""
    named = {int(index): label for index, label in (described.get("id2label") or {}).items()}
    return [named[index] for index in sorted(named)]


def encode(rows: pa.Table, tokenizer: Tokenizer, labels: Sequence[str]) -> list[Example]:
    """Return one example a row.

    Raises:
        BadInput: rows without a text or without a label; the first ones by file and row.

    """
    refuse_if_any(fault for column in ("text", "label") for fault in _empties(rows, column))
    index = {label: place for place, label in enumerate(labels)}
    encodings = tokenizer.encode_batch_fast(rows["text"].to_pylist())
    targets = [index[label] for label in rows["label"].to_pylist()]
    return [Example(encoding.ids, target) for encoding, target in zip(encodings, targets, strict=True)]


def _empties(rows: pa.Table, column: str) -> list[Fault]:
    empty = rows.filter(rows[column].is_null())
    places = [f"{row['file']}:{row['row']}" for row in empty.slice(0, _ROWS_NAMED).select(["file", "row"]).to_pylist()]
    way_out = "Make data_validation's expectation of empties hard, or take these rows out of the source."
    found = f"{empty.num_rows} rows without one, such as {', '.join(places)}"
    return [Fault(f"the column {column}", found, f"a {column} in every row", way_out)] if empty.num_rows else []


def collate(examples: Sequence[Example], pad_id: int) -> dict[str, Tensor]:
    """Return `input_ids` and `attention_mask` as (batch, seq), padded on the right, and `target` as (batch,)."""
    longest = max(len(example.ids) for example in examples)
    ids = torch.full((len(examples), longest), pad_id)
    mask = torch.zeros_like(ids)
    for place, example in enumerate(examples):
        ids[place, : len(example.ids)] = torch.tensor(example.ids)
        mask[place, : len(example.ids)] = 1
    target = torch.tensor([example.target for example in examples])
    return {"input_ids": ids, "attention_mask": mask, "target": target}


def losses(logits: Tensor, target: Tensor) -> Tensor:
    """Return the cross-entropy of each row as (batch,), for logits as (batch, labels)."""
    return cross_entropy(logits.float(), target, reduction="none")


def measure(answers: Sequence[Answers]) -> Mapping[str, float]:
    """Return accuracy and macro F1, both from 0 to 1, for batches of logits as (batch, labels)."""
    predicted = torch.cat([logits.argmax(dim=1) for logits, _ in answers]).numpy()
    truth = torch.cat([target for _, target in answers]).numpy()
    macro_f1 = f1_score(truth, predicted, average="macro", zero_division=0)
    return {"accuracy": float(accuracy_score(truth, predicted)), "macro_f1": float(macro_f1)}


TEXT_CLASSIFICATION = Task(build, encode, collate, losses, measure, score="accuracy")
