from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from components.compression.export import export
from components.compression.torch_model import load_classifier
from components.contracts.faults import BadInput


def test_the_graph_has_the_contracts_inputs_and_output(tuned_folder: Path) -> None:
    graph = export(load_classifier(tuned_folder)).graph
    assert [entry.name for entry in graph.input] == ["input_ids", "attention_mask"]
    assert [entry.name for entry in graph.output] == ["logits"]
    dimensions = [dimension.dim_param for dimension in graph.input[0].type.tensor_type.shape.dim]
    assert dimensions == ["batch", "seq"]


def test_a_model_that_torch_cannot_export_is_told() -> None:
    config = AutoConfig.for_model("bert", hidden_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=50)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager")
    model.classifier.forward = lambda hidden: torch.linalg.eigvalsh(hidden.unsqueeze(-1) * hidden.unsqueeze(-2))
    with pytest.raises(BadInput, match=r"the architecture bert: found .*; expected a model that torch can export"):
        export(model)


def test_a_model_too_large_for_one_file_is_told() -> None:
    config = AutoConfig.for_model("bert", hidden_size=1024, num_hidden_layers=0, vocab_size=600_000)
    with torch.device("meta"):
        model = AutoModelForSequenceClassification.from_config(config)
    with pytest.raises(BadInput, match=r"found 2\.3 GiB of weights; expected less than 2 GiB"):
        export(model)
