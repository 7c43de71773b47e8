import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from components.fine_tuning.tokenization import find_pad_id, load_tokenizer


def test_a_length_and_padding_fixed_in_the_file_are_overridden(base_folder: Path, tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(base_folder / "tokenizer.json"))
    tokenizer.enable_truncation(6)
    tokenizer.enable_padding(length=6)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    loaded = load_tokenizer(tmp_path, 32)
    assert len(loaded.encode("good " * 100).ids) == 32
    assert len(loaded.encode("good").ids) == 3


@pytest.mark.parametrize(
    ("config", "tokenizer_config", "pad_id"),
    [
        ({"pad_token_id": 5}, {}, 5),
        ({"pad_token_id": None}, {"pad_token": "[SEP]"}, 102),
        ({}, {"pad_token": "<nonesuch>"}, 0),
        ({}, None, 0),
    ],
)
def test_the_padding_is_the_models_own(
    base_folder: Path, tmp_path: Path, config: dict, tokenizer_config: dict | None, pad_id: int
) -> None:
    shutil.copy(base_folder / "tokenizer.json", tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    if tokenizer_config is not None:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(tokenizer_config))
    assert find_pad_id(tmp_path, load_tokenizer(tmp_path, 32)) == pad_id
