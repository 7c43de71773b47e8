"""The base model's tokenizer, cutting where this training cuts and nowhere else."""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer


def load_tokenizer(base: Path, max_tokens: int) -> Tokenizer:
    """Return the tokenizer of `base`; a length or a padding that its file fixes is overridden."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def find_pad_id(base: Path, tokenizer: Tokenizer) -> int:
    """Return the token id that fills batches: config.json's, else that of the tokenizer's padding token, else 0.

    With the attention mask beside it any id gives the same logits; the model's own is the one that others expect.
    """
    configured = _read_json(base / "config.json").get("pad_token_id")
    if isinstance(configured, int):
        return configured
    token = _read_json(base / "tokenizer_config.json").get("pad_token")
    return tokenizer.token_to_id(token) or 0 if isinstance(token, str) else 0


def _read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
