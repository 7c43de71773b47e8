"""The files of a model that are brought along. Nothing here can carry code: no pickle, no Python."""

from collections.abc import Iterable
from fnmatch import fnmatch

PATTERNS = (
    "config.json",
    "model.safetensors",
    "model-*-of-*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "*.spm",
    "*sentencepiece*.model",
    "tokenizer.model",
)


def wanted(names: Iterable[str]) -> list[str]:
    """Return those of the file names that belong to the model proper, sorted."""
    return sorted(name for name in names if any(fnmatch(name, pattern) for pattern in PATTERNS))
