import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from components.contracts.faults import BadInput
from components.data_validation.lengths import SCANNED_CHARACTERS, count_tokens, load_tokenizer, words


@pytest.fixture
def base(base_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base_folder, tmp_path / "base"))


def test_the_tokenizer_s_own_truncation_and_padding_are_off(base: Path) -> None:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(base / "tokenizer.json"))
    tokens, _ = count_tokens(["film", "film " * 50], load_tokenizer(base))
    assert tokens.tolist() == [3, 52]


def test_lengths_are_those_of_one_text_at_a_time(base: Path) -> None:
    texts = ["a film", None, "", "moving and funny " * 20, "日本", "x" * 300]
    tokenizer = load_tokenizer(base)
    tokens, unknown = count_tokens(texts, tokenizer)
    for text, counted, share in zip(texts, tokens, unknown, strict=True):
        if text is None:
            assert np.isnan(counted)
            assert np.isnan(share)
        else:
            names = tokenizer.encode(text).tokens
            assert counted == len(names)
            assert share == names.count("[UNK]") / len(names)
    assert unknown[5] > 0


def test_many_long_texts_are_counted_in_several_batches(base: Path) -> None:
    tokens, _ = count_tokens(["film " * 10_000] * 45, load_tokenizer(base))
    assert set(tokens.tolist()) == {10_002}


def test_a_text_of_10_mb_is_counted_at_its_beginning(base: Path) -> None:
    tokens, _ = count_tokens(["film " * 2_000_000], load_tokenizer(base))
    assert tokens.tolist() == [SCANNED_CHARACTERS / 5 + 2]


@pytest.mark.parametrize("model", [models.BPE(), models.Unigram([("<unk>", 0.0), ("film", -1.0)], unk_id=0)])
def test_tokenizers_of_other_kinds(model: models.Model, tmp_path: Path) -> None:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    tokens, unknown = count_tokens(["film zzz"], load_tokenizer(tmp_path))
    knows = isinstance(model, models.Unigram)
    assert tokens.tolist() == [2 if knows else 0]
    assert unknown.tolist() == [0.5 if knows else 0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("  \n", 0),
        ("\u200b\ufeff", 0),
        ("\x00", 0),
        ("a b", 2),
        ("wide\u00a0space", 2),
        ("🙂", 1),
        ("好 的", 2),
    ],
)
def test_words_are_runs_of_visible_characters(text: str, number: int) -> None:
    assert words(text) == number


def test_no_tokenizer(base: Path) -> None:
    (base / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match=r"found no tokenizer.json; expected a base model with its tokenizer"):
        load_tokenizer(base)


def test_a_tokenizer_that_is_none(base: Path) -> None:
    (base / "tokenizer.json").write_text("{}")
    with pytest.raises(BadInput, match=r"tokenizer.json: found .*; expected a tokenizer of the library tokenizers"):
        load_tokenizer(base)


def test_a_tokenizer_of_another_model(base: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "vocab_size": 1000}))
    with pytest.raises(BadInput) as refused:
        load_tokenizer(base)
    assert "found token ids up to 30,521; expected ids below 1,000" in str(refused.value)
    assert "belongs to another model" in str(refused.value)
    del config["vocab_size"]
    (base / "config.json").write_text(json.dumps({**config, "text_config": {"vocab_size": 1000}}))
    with pytest.raises(BadInput, match="ids below 1,000"):
        load_tokenizer(base)


def test_a_configuration_that_is_no_json(base: Path) -> None:
    (base / "config.json").write_text("{")
    with pytest.raises(BadInput, match=r"config.json: found .*; expected the model's configuration as JSON"):
        load_tokenizer(base)
