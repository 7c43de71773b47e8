"""How long texts are: in words, in characters, and in the tokens that the model will see."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from components.contracts.events import Progress
from components.contracts.faults import BadInput, Fault
from components.data_validation.rows import Floats

SCANNED_CHARACTERS = 100_000
"""How much of a text is tokenized and searched: a longer one is judged by its length."""
_BATCH_CHARACTERS = 1_000_000
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)


def words(text: str) -> int:
    """Return how many runs of visible characters there are; none in a blank text."""
    return len((text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)).split())


def load_tokenizer(base: Path) -> Tokenizer:
    """Return the tokenizer of a base model, with its own truncation and padding switched off.

    Raises:
        BadInput: there is none, it cannot be read, or it has tokens that the model's embeddings lack.

    """
    path = base / "tokenizer.json"
    if not path.is_file():
        way_out = "Save the model with a fast tokenizer (transformers' save_pretrained), or choose another base model."
        raise BadInput(Fault(str(base), "no tokenizer.json", "a base model with its tokenizer", way_out))
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more precise
        raise BadInput(Fault(str(path), str(error)[:200], "a tokenizer of the library tokenizers")) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    _refuse_foreign(tokenizer, base)
    return tokenizer


def _refuse_foreign(tokenizer: Tokenizer, base: Path) -> None:
    """Check that every token has an embedding."""
    config = _read_object(base / "config.json")
    embeddings = config.get("vocab_size") or config.get("text_config", {}).get("vocab_size")
    highest = max(tokenizer.get_vocab().values(), default=-1)
    if embeddings and highest >= embeddings:
        raise BadInput(
            Fault(
                str(base / "tokenizer.json"),
                f"token ids up to {highest:,}",
                f"ids below {embeddings:,}, the vocabulary of the model beside it",
                "This tokenizer belongs to another model: take the one that the model was pretrained with.",
            )
        )


def count_tokens(texts: Sequence[str | None], tokenizer: Tokenizer) -> tuple[Floats, Floats]:
    """Return the tokens of each text, special ones included, and the share of them that is unknown.

    Of a longer text than `SCANNED_CHARACTERS` the beginning is counted.
    """
    tokens = np.full(len(texts), np.nan)
    unknown_share = np.full(len(texts), np.nan)
    unknown = _unknown_id(tokenizer)
    present = [place for place, text in enumerate(texts) if text is not None]
    progress = Progress("texts", len(present))
    for places in _batches(present, texts):
        encodings = tokenizer.encode_batch_fast([(texts[place] or "")[:SCANNED_CHARACTERS] for place in places])
        for place, encoding in zip(places, encodings, strict=True):
            ids = encoding.ids
            tokens[place] = len(ids)
            unknown_share[place] = (0 if unknown is None else ids.count(unknown)) / max(1, len(ids))
        progress.advance(len(places), "measured in tokens")
    return tokens, unknown_share


def _batches(places: Sequence[int], texts: Sequence[str | None]) -> Iterator[list[int]]:
    """Yield places whose texts have about `_BATCH_CHARACTERS` together, so that memory stays bounded."""
    batch: list[int] = []
    characters = 0
    for place in places:
        batch.append(place)
        characters += min(len(texts[place] or ""), SCANNED_CHARACTERS)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    """Return the id of the unknown token; None for a tokenizer that falls back to bytes and knows everything."""
    model = json.loads(tokenizer.to_str())["model"]
    if isinstance(model.get("unk_id"), int):
        return int(model["unk_id"])
    token = model.get("unk_token")
    return tokenizer.token_to_id(token) if token else None


def _read_object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(Fault(str(path), str(error), "the model's configuration as JSON")) from None
    return values if isinstance(values, dict) else {}
