from components.model_ingestion.sources.wanted import wanted


def test_nothing_that_carries_code_is_brought() -> None:
    names = [
        "pytorch_model.bin",
        "heads.pt",
        "modeling_x.py",
        "model.pkl",
        "README.md",
        "onnx/model.onnx",
        ".gitattributes",
    ]
    assert wanted(names) == []


def test_weights_configuration_and_tokenizer_are() -> None:
    names = ["vocab.txt", "config.json", "model.safetensors", "tokenizer.json", "spiece.model", "tokenizer.model"]
    names += ["model-00001-of-00002.safetensors", "model.safetensors.index.json", "adapter_model.safetensors"]
    assert wanted(names) == sorted(set(names) - {"adapter_model.safetensors", "spiece.model"})
