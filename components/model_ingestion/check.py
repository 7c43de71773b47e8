"""Whether a folder holds a model that can be trusted and trained: every fault of it at once, no weight loaded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from components.contracts.faults import Fault

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_EMBEDDINGS = ("word_embeddings.weight", "embed_tokens.weight", "tok_embeddings.weight", "wte.weight", "shared.weight")
"""How the tensor with a row a token is called, by its end: BERT and kin, Llama and kin, ModernBERT, GPT-2, T5."""
_POSITIONS = ("max_position_embeddings", "n_positions", "max_seq_len", "n_ctx")
_POSITIONS_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "data2vec-text")
"""These count positions from behind the padding's own, so that as many of them are never reached."""
_SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_CONVERT = (
    "A pickle can run any code when it is loaded, so it never is here. Where you trust its author, convert it once: "
    "AutoModel.from_pretrained(folder).save_pretrained(folder), with transformers, writes model.safetensors."
)


@dataclass
class Checked:
    """What the check came to know."""

    faults: list[Fault] = field(default_factory=list)
    architecture: str = ""
    parameters: int = 0
    max_positions: int = 0


def check_model(folder: Path, names: Sequence[str], source: str) -> Checked:
    """Return what the model in `folder` is, and every fault of it.

    Args:
        folder: the files that were brought.
        names: all files that lie at the source, brought or not.
        source: the source as the user named it, for the sentences.

    """
    checked = Checked()
    config = _read_object(folder, "config.json", source, checked.faults)
    shapes = _read_shapes(folder, names, source, checked.faults)
    if config is not None:
        _check_config(config, source, checked)
    tokenizer = _read_tokenizer(folder, source, checked.faults)
    checked.parameters = sum(_product(shape) for shape in shapes.values())
    if tokenizer:
        rows = _embedding_rows(shapes, config or {})
        checked.faults += _misfits(tokenizer, rows, source) + _unknown_special_tokens(tokenizer, folder, source)
    return checked


def _read_object(folder: Path, name: str, source: str, faults: list[Fault]) -> dict[str, Any] | None:
    """Return a file that must hold a JSON object; what is wrong with it goes to `faults`."""
    way_out = "It is a file that save_pretrained writes: copy it there from where the model comes from."
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(Fault(source, f"no {name}", f"a model folder with {name}", way_out))
        return None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(f"{name} of {source}", f"no JSON ({error})", "a JSON object", way_out))
        return None
    if not isinstance(content, dict):
        faults.append(Fault(f"{name} of {source}", f"JSON of type {type(content).__name__}", "a JSON object", way_out))
        return None
    return content


def _check_config(config: Mapping[str, Any], source: str, checked: Checked) -> None:
    thing = f"config.json of {source}"
    architecture = config.get("model_type")
    if isinstance(architecture, str) and architecture:
        checked.architecture = architecture
    else:
        expected = "the name of an architecture, such as bert"
        checked.faults.append(Fault(thing, f"model_type {json.dumps(architecture)}", expected))
    padding = config.get("pad_token_id") or 0
    if not isinstance(padding, int):
        expected = "the number of a token, or null"
        checked.faults.append(Fault(thing, f"pad_token_id {json.dumps(padding)[:80]}", expected))
        padding = 0
    positions = next((config[key] for key in _POSITIONS if isinstance(config.get(key), int)), 0)
    if checked.architecture in _POSITIONS_AFTER_PADDING:
        positions -= padding + 1
    checked.max_positions = positions
    if positions <= 0:
        expected = f"how many tokens the model reads, as one of {', '.join(_POSITIONS)}"
        checked.faults.append(Fault(thing, "no number of positions", expected))


def _read_shapes(folder: Path, names: Sequence[str], source: str, faults: list[Fault]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor from the headers of the safetensors files; each must be as long as it says."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name in _weight_files(folder, names, source, faults):
        try:
            with safe_open(folder / name, framework="numpy") as weights:
                shapes |= {key: tuple(weights.get_slice(key).get_shape()) for key in weights.keys()}  # noqa: SIM118
        except SafetensorError as error:
            size = (folder / name).stat().st_size
            found = f"{size:,} bytes that are not whole safetensors ({error})"
            expected = "a file as long as its header says"
            faults.append(Fault(f"{name} of {source}", found, expected, "It was cut short: download or copy it anew."))
    return shapes


def _weight_files(folder: Path, names: Sequence[str], source: str, faults: list[Fault]) -> list[str]:
    """Return the files that hold the weights: one, or those that the index names."""
    if (folder / WEIGHTS).exists():
        return [WEIGHTS]
    if (folder / INDEX).exists():
        shards = _shards(folder, source, faults)
        for shard in shards:
            if not (folder / shard).exists():
                faults.append(Fault(source, f"no {shard}", f"every file that {INDEX} names", "Bring it there too."))
        return [shard for shard in shards if (folder / shard).exists()]
    pickles = [name for name in names if name.endswith(_PICKLES)]
    if pickles:
        found = f"weights as a pickle only ({', '.join(pickles)})"
        faults.append(Fault(source, found, f"weights as {WEIGHTS}", _CONVERT))
    else:
        found = f"no weights among {len(names)} files ({', '.join(names[:6])})"
        faults.append(Fault(source, found, WEIGHTS, "Choose a folder that save_pretrained wrote."))
    return []


def _shards(folder: Path, source: str, faults: list[Fault]) -> list[str]:
    """Return the names of the files that the index says the tensors are in, each once."""
    index = _read_object(folder, INDEX, source, faults)
    if index is None:
        return []
    files = index.get("weight_map")
    if isinstance(files, dict) and files and all(isinstance(file, str) for file in files.values()):
        return sorted(set(files.values()))
    found = f"weight_map {json.dumps(files, ensure_ascii=False)[:80]}"
    way_out = "Bring it anew, from where the model comes from."
    faults.append(Fault(f"{INDEX} of {source}", found, "an object that names the file of each tensor", way_out))
    return []


def _read_tokenizer(folder: Path, source: str, faults: list[Fault]) -> Tokenizer | None:
    path = folder / "tokenizer.json"
    if not path.exists():
        way_out = "AutoTokenizer.from_pretrained(folder).save_pretrained(folder), with transformers, writes it."
        faults.append(Fault(source, "no tokenizer.json", "a fast tokenizer beside the weights", way_out))
        return None
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises no narrower kind
        found = f"what is no tokenizer ({error})"
        faults.append(Fault(f"tokenizer.json of {source}", found, "a file that tokenizers wrote", "Bring it anew."))
        return None


def _misfits(tokenizer: Tokenizer, rows: int, source: str) -> list[Fault]:
    """Return the fault of a tokenizer whose ids the embedding has no rows for; unused rows are common and harmless."""
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    beyond = sorted(
        (token for token, index in vocabulary.items() if index >= rows), key=lambda token: vocabulary[token]
    )
    if not rows or not beyond:
        return []
    last = vocabulary[beyond[-1]]
    found = (
        f"{len(beyond)} tokens beyond the embedding's {rows:,} rows, from {beyond[0]!r} to {beyond[-1]!r} (id {last})"
    )
    way_out = "Bring the tokenizer that the model was trained with."
    return [Fault(f"tokenizer.json of {source}", found, f"ids below {rows:,}", way_out)]


def _unknown_special_tokens(tokenizer: Tokenizer, folder: Path, source: str) -> list[Fault]:
    """Return a fault for each special token that the side files name and tokenizer.json lacks."""
    faults: list[Fault] = []
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        if not (folder / name).exists():
            continue
        named = _read_object(folder, name, source, faults) or {}
        tokens = {key: _content(named.get(key)) for key in _SPECIAL}
        unknown = [
            f"{key} {token!r}" for key, token in tokens.items() if token and tokenizer.token_to_id(token) is None
        ]
        if unknown:
            found = f"{', '.join(unknown)}, which tokenizer.json does not know"
            faults.append(Fault(f"{name} of {source}", found, "special tokens of this tokenizer", "Bring both anew."))
    return faults


def _content(token: Any) -> str:
    """Return a token that is written as text, or as an object with `content`."""
    return str(token.get("content") or "") if isinstance(token, dict) else str(token or "")


def _embedding_rows(shapes: Mapping[str, tuple[int, ...]], config: Mapping[str, Any]) -> int:
    """Return how many token ids the model knows: the embedding's rows, else config.json's word for it, else 0."""
    rows = [shape[0] for name, shape in shapes.items() if name.endswith(_EMBEDDINGS) and len(shape) == 2]
    size = config.get("vocab_size")
    return min(rows) if rows else size if isinstance(size, int) else 0


def _product(numbers: Iterable[int]) -> int:
    product = 1
    for number in numbers:
        product *= number
    return product
