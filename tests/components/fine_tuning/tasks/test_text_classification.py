import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModel,
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from components.contracts.dataset import SCHEMA
from components.contracts.faults import BadInput
from components.fine_tuning.tasks.text_classification import build, collate, encode, losses, measure
from components.fine_tuning.tokenization import load_tokenizer

LABELS = ["fresh", "rotten"]


def rows(texts: list[str | None], labels: list[str | None]) -> pa.Table:
    columns = {"file": pa.array(["a.csv"] * len(texts)).dictionary_encode(), "row": range(2, len(texts) + 2)}
    return pa.table({**columns, "text": texts, "label": labels}, schema=SCHEMA)


def test_texts_are_cut_and_not_padded(base_folder: Path) -> None:
    tokenizer = load_tokenizer(base_folder, 8)
    examples = encode(rows(["good", "good " * 50], ["rotten", "fresh"]), tokenizer, LABELS)
    assert [len(example.ids) for example in examples] == [3, 8]
    assert [example.target for example in examples] == [1, 0]


def test_rows_without_text_or_label_are_named(base_folder: Path) -> None:
    table = rows(["good", None, None], ["rotten", "fresh", None])
    with pytest.raises(BadInput) as refusal:
        encode(table, load_tokenizer(base_folder, 8), LABELS)
    assert "the column text: found 2 rows without one, such as a.csv:3, a.csv:4" in str(refusal.value)
    assert "the column label: found 1 rows without one, such as a.csv:4" in str(refusal.value)


def test_a_batch_is_padded_to_its_longest_row(base_folder: Path) -> None:
    examples = encode(rows(["good", "good film"], LABELS), load_tokenizer(base_folder, 8), LABELS)
    batch = collate(examples, pad_id=7)
    assert batch["input_ids"].tolist() == [[*examples[0].ids, 7], examples[1].ids]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert batch["target"].tolist() == [0, 1]


def test_padding_does_not_change_the_answer(base_folder: Path) -> None:
    torch.manual_seed(0)
    model = build(base_folder, LABELS, pad_id=0).eval()
    tokenizer = load_tokenizer(base_folder, 48)
    examples = encode(rows(["a fine film", "a dull film " * 10], LABELS), tokenizer, LABELS)
    together = collate(examples, pad_id=0)
    alone = collate(examples[:1], pad_id=0)
    with torch.inference_mode():
        in_company = model(together["input_ids"], together["attention_mask"]).logits[0]
        by_itself = model(alone["input_ids"], alone["attention_mask"]).logits[0]
    assert torch.allclose(in_company, by_itself, atol=1e-5)


def test_the_model_knows_its_labels_and_is_fp32(base_folder: Path) -> None:
    model = build(base_folder, ["a", "b", "c"], pad_id=0)
    assert model.config.id2label == {0: "a", 1: "b", 2: "c"}
    assert model.config.num_labels == 3
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


@pytest.mark.parametrize("config", [BertConfig, RobertaConfig, ModernBertConfig, DistilBertConfig])
def test_dropout_is_the_models_own_unless_it_is_set(config: type, base_folder: Path, tmp_path: Path) -> None:
    sizes = {"vocab_size": 30, "hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8}
    config(**sizes, num_hidden_layers=1, architectures=None, pad_token_id=0).save_pretrained(tmp_path)
    AutoModel.from_config(AutoConfig.from_pretrained(tmp_path)).save_pretrained(tmp_path)

    def two_answers(dropout: float | None) -> tuple[torch.Tensor, torch.Tensor]:
        model = build(tmp_path, LABELS, 0, dropout).train()
        ids = torch.arange(1, 25).reshape(2, 12)
        return model(ids).logits, model(ids).logits

    assert torch.equal(*two_answers(0.0))
    assert not torch.equal(*two_answers(0.5))
    own = AutoConfig.from_pretrained(tmp_path).to_dict()
    kept = build(tmp_path, LABELS, 0).config.to_dict()
    assert {name: kept[name] for name in own if "drop" in name} == {name: own[name] for name in own if "drop" in name}


def weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value for name, value in model.state_dict().items() if value.is_floating_point()}


def former(kind: type, config: Any, folder: Path) -> dict[str, torch.Tensor]:
    """Save a classifier of `LABELS` that was trained before, and return its weights."""
    torch.manual_seed(3)
    model = kind(config(**SMALL, id2label=dict(enumerate(LABELS)), label2id={"fresh": 0, "rotten": 1}))
    model.save_pretrained(folder)
    return weights(model)


SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 50}
ARCHITECTURES = [
    (BertForSequenceClassification, BertConfig),
    (RobertaForSequenceClassification, RobertaConfig),  # whose classifier has no pooler
    (ModernBertForSequenceClassification, partial(ModernBertConfig, pad_token_id=0)),
]


@pytest.mark.parametrize(("kind", "config"), ARCHITECTURES)
def test_a_head_of_these_labels_is_trained_further(kind: type, config: Any, tmp_path: Path) -> None:
    before = former(kind, config, tmp_path)
    after = weights(build(tmp_path, LABELS, pad_id=0))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("labels", [["rotten", "fresh"], ["a", "b"], ["fresh", "neither", "rotten"]])
@pytest.mark.parametrize(("kind", "config"), ARCHITECTURES)
def test_a_head_of_other_labels_is_made_anew_above_the_same_body(
    kind: type, config: Any, labels: list[str], tmp_path: Path
) -> None:
    before = former(kind, config, tmp_path)
    torch.manual_seed(0)
    model = build(tmp_path, labels, pad_id=0)
    assert model.config.id2label == dict(enumerate(labels))
    after = weights(model)
    body = {name for name in before if name.startswith(f"{model.base_model_prefix}.")}
    assert body
    assert all(torch.equal(before[name], after[name]) for name in body)
    head = [name for name in after if name not in body and after[name].ndim == 2]
    assert head
    assert not any(before[name].shape == after[name].shape and torch.equal(before[name], after[name]) for name in head)
    torch.manual_seed(0)
    again = weights(build(tmp_path, labels, pad_id=0))
    assert all(torch.equal(after[name], again[name]) for name in after)


@pytest.mark.parametrize("architecture", ["nonesuch", "clip"])
def test_an_architecture_without_a_classifier_is_said(base_folder: Path, tmp_path: Path, architecture: str) -> None:
    shutil.copytree(base_folder, tmp_path / "base")
    config = json.loads((base_folder / "config.json").read_text())
    (tmp_path / "base" / "config.json").write_text(json.dumps({**config, "model_type": architecture}))
    with pytest.raises(BadInput, match=f"found model_type '{architecture}'; expected an architecture"):
        build(tmp_path / "base", LABELS, pad_id=0)


def test_losses_are_one_a_row_and_metrics_span_batches() -> None:
    logits, target = torch.tensor([[4.0, 0.0], [0.0, 4.0]]), torch.tensor([0, 0])
    assert losses(logits, target).shape == (2,)
    metrics = measure([(logits, target), (logits[:1], torch.tensor([0]))])
    assert metrics["accuracy"] == pytest.approx(2 / 3)
    assert metrics["macro_f1"] == pytest.approx(0.4)
