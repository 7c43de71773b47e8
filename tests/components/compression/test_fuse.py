from pathlib import Path

from transformers import BertConfig

from components.compression.export import export
from components.compression.fuse import fuse, operators, unfused
from components.compression.torch_model import load_classifier

CONFIG = BertConfig(num_hidden_layers=2)
FUSED = {"Attention": 2, "SkipLayerNormalization": 4, "BiasGelu": 2}


def test_fusing_leaves_the_plain_graph_as_it_is(tuned_folder: Path) -> None:
    model = load_classifier(tuned_folder)
    plain = export(model)
    before = plain.SerializeToString(deterministic=True)
    fused = operators(fuse(plain, model.config))
    assert plain.SerializeToString(deterministic=True) == before
    assert operators(plain)["Softmax"] == 2
    assert {name: fused[name] for name in FUSED} == FUSED
    assert unfused(fused, model.config) == []


def test_each_kind_that_is_not_fused_gets_a_sentence() -> None:
    sentences = unfused({"Attention": 1, "Softmax": 1}, CONFIG)
    assert len(sentences) == 3
    assert sentences[0].startswith("fusing attention: found in 1 of 2 places of this bert model")
    assert sentences[1].startswith("fusing LayerNorm with its residual: found in 0 of 4 places")
    assert sentences[2].startswith("fusing GELU: found in 0 of 2 places")


def test_another_activation_is_no_missing_gelu() -> None:
    assert (
        unfused({"Attention": 2, "SkipLayerNormalization": 4}, BertConfig(num_hidden_layers=2, hidden_act="relu")) == []
    )
