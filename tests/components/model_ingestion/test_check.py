"""Every way in which a model folder can be wrong, by its sentence."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from components.model_ingestion.check import Checked, check_model


def check(folder: Path) -> Checked:
    return check_model(folder, sorted(path.name for path in folder.iterdir()), "the-model")


def message(folder: Path) -> str:
    return "\n".join(map(str, check(folder).faults))


def test_a_whole_model_is_described(model: Path) -> None:
    checked = check(model)
    assert checked.faults == []
    assert (checked.architecture, checked.max_positions) == ("bert", 512)
    assert checked.parameters == sum(tensor.numel() for tensor in load_file(model / "model.safetensors").values())


def test_all_faults_come_at_once(model: Path) -> None:
    (model / "config.json").write_text("{")
    (model / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:-100])
    (model / "tokenizer.json").unlink()
    found = message(model)
    assert len(check(model).faults) == 3
    assert "config.json of the-model: found no JSON" in found
    assert "model.safetensors of the-model: found 17,671,452 bytes that are not whole safetensors" in found
    assert "expected a file as long as its header says. It was cut short" in found
    assert "the-model: found no tokenizer.json; expected a fast tokenizer beside the weights." in found


@pytest.mark.parametrize("keep", [0, 7, 500])
def test_weights_cut_in_the_header(model: Path, keep: int) -> None:
    (model / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:keep])
    assert f"found {keep} bytes that are not whole safetensors" in message(model)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_a_pickle_only_is_refused_unread(model: Path, name: str) -> None:
    (model / "model.safetensors").unlink()
    (model / name).write_bytes(pickle.dumps({"weights": 1}))
    found = message(model)
    assert f"the-model: found weights as a pickle only ({name}); expected weights as model.safetensors." in found
    assert "A pickle can run any code when it is loaded" in found
    assert "AutoModel.from_pretrained(folder).save_pretrained(folder)" in found


def test_a_pickle_beside_safetensors_is_no_fault(model: Path) -> None:
    (model / "pytorch_model.bin").write_bytes(b"whatever")
    assert check(model).faults == []


def test_no_weights_at_all(model: Path) -> None:
    (model / "model.safetensors").unlink()
    assert "found no weights among 3 files (config.json, tokenizer.json" in message(model)


def test_no_config(model: Path) -> None:
    (model / "config.json").unlink()
    assert "the-model: found no config.json; expected a model folder with config.json." in message(model)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "found JSON of type list; expected a JSON object"),
        ("{}", "found model_type null; expected the name of an architecture"),
        ('{"model_type": "bert"}', "found no number of positions; expected how many tokens the model reads"),
        ('{"model_type": 3, "n_positions": 8}', "found model_type 3"),
        (
            '{"model_type": "roberta", "n_positions": 8, "pad_token_id": "<pad>"}',
            'config.json of the-model: found pad_token_id "<pad>"; expected the number of a token, or null',
        ),
        ('{"model_type": "bert", "n_positions": 8, "pad_token_id": [0]}', "found pad_token_id [0]"),
    ],
)
def test_a_config_that_says_too_little(model: Path, content: str, sentence: str) -> None:
    (model / "config.json").write_text(content)
    assert sentence in message(model)


@pytest.mark.parametrize(
    ("config", "positions"),
    [
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "gpt2", "n_positions": 1024}, 1024),
        ({"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
    ],
)
def test_positions_that_can_really_be_reached(model: Path, config: dict, positions: int) -> None:
    (model / "config.json").write_text(json.dumps(config))
    assert check(model).max_positions == positions


def test_a_tokenizer_with_ids_beyond_the_embedding(model: Path) -> None:
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.add_tokens(["brandnew", "evennewer"])
    tokenizer.save(str(model / "tokenizer.json"))
    found = message(model)
    assert "found 2 tokens beyond the embedding's 30,522 rows, from 'brandnew' to 'evennewer' (id 30523)" in found
    assert "Bring the tokenizer that the model was trained with." in found


def test_a_smaller_tokenizer_is_no_fault(model: Path) -> None:
    content = json.loads((model / "tokenizer.json").read_text())
    vocabulary = content["model"]["vocab"]
    content["model"]["vocab"] = {token: index for token, index in vocabulary.items() if index < 20_000}
    (model / "tokenizer.json").write_text(json.dumps(content))
    assert check(model).faults == []


def test_an_embedding_of_another_name_leaves_config_json_to_say_its_size(model: Path) -> None:
    weights = {
        f"encoder.{place}": tensor for place, tensor in enumerate(load_file(model / "model.safetensors").values())
    }
    save_file(weights, model / "model.safetensors")
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "vocab_size": 30_000}))
    assert "found 522 tokens beyond the embedding's 30,000 rows" in message(model)


def test_a_tokenizer_that_is_none(model: Path) -> None:
    (model / "tokenizer.json").write_text("{}")
    assert "tokenizer.json of the-model: found what is no tokenizer" in message(model)


@pytest.mark.parametrize("token", ["[NONESUCH]", {"content": "[NONESUCH]", "lstrip": False}])
def test_special_tokens_that_the_tokenizer_lacks(model: Path, token: object) -> None:
    (model / "special_tokens_map.json").write_text(json.dumps({"cls_token": "[CLS]", "mask_token": token}))
    sentence = "special_tokens_map.json of the-model: found mask_token '[NONESUCH]', which tokenizer.json does not know"
    assert sentence in message(model)


def shard(model: Path) -> list[str]:
    """Split the weights into two files with an index."""
    weights = load_file(model / "model.safetensors")
    names = list(weights)
    halves = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, keys in halves.items():
        save_file({key: weights[key] for key in keys}, model / file)
    index = {"weight_map": {key: file for file, keys in halves.items() for key in keys}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    (model / "model.safetensors").unlink()
    return list(halves)


def test_weights_in_several_files(model: Path) -> None:
    whole = check(model).parameters
    shard(model)
    checked = check(model)
    assert checked.faults == []
    assert checked.parameters == whole


def test_a_missing_part_is_named(model: Path) -> None:
    _, second = shard(model)
    (model / second).unlink()
    assert f"the-model: found no {second}; expected every file that model.safetensors.index.json names." in message(
        model
    )


@pytest.mark.parametrize("files", ["model.safetensors", ["ab"], {}, None, {"w": 3}, {"w": ["a.safetensors"]}])
def test_an_index_that_names_no_files_is_a_fault_among_others(model: Path, files: object) -> None:
    shard(model)
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}))
    (model / "config.json").unlink()
    index, config = sorted(map(str, check(model).faults), reverse=True)
    assert "no config.json" in index + config
    sentence = f"model.safetensors.index.json of the-model: found weight_map {json.dumps(files)}; expected an object"
    assert sentence in index + config


def test_bf16_weights_are_read(model: Path) -> None:
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(model / "model.safetensors").items()}
    save_file(weights, model / "model.safetensors")
    assert check(model).faults == []


def test_nothing_in_the_folder_is_executed(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("unpickled")

    monkeypatch.setattr(pickle, "load", never)
    monkeypatch.setattr(pickle, "loads", never)
    shutil.copy(model / "config.json", model / "modeling_custom.py")
    assert check(model).faults == []
