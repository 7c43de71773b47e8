"""The tuned model's files: whole, and fitting each other."""

import json
from pathlib import Path

from tokenizers import Tokenizer

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.model import TunedModel, read_model

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"


def read_tuned(folder: Path) -> TunedModel:
    """Return the manifest of the tuned model in `folder`, once its files are whole and fit each other.

    Raises:
        BadInput: a file is missing, has changed or does not fit the others; all faults at once.

    """
    manifest = read_model(folder, TunedModel)
    needed = {CONFIG: "the architecture", WEIGHTS: "the weights, in one file", TOKENIZER: "a fast tokenizer"}
    refuse_if_any(
        Fault(str(folder / name), "no such file in the model's manifest", what, "Run fine_tuning again.")
        for name, what in needed.items()
        if name not in manifest.files
    )
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    refuse_if_any([*_label_faults(folder, manifest, config), *_vocabulary_faults(folder, config)])
    return manifest


def _label_faults(folder: Path, manifest: TunedModel, config: dict[str, object]) -> list[Fault]:
    names = config.get("id2label")
    outputs = len(names) if isinstance(names, dict) else 2  # what transformers takes for granted
    if outputs == len(manifest.labels):
        return []
    return [Fault(str(folder / CONFIG), f"{outputs} outputs", f"{len(manifest.labels)}, one for each label")]


def _vocabulary_faults(folder: Path, config: dict[str, object]) -> list[Fault]:
    size = config.get("vocab_size")
    largest = max(read_tokenizer(folder).get_vocab(with_added_tokens=True).values(), default=-1)
    if not isinstance(size, int) or largest < size:
        return []
    found = f"a token with the id {largest}"
    return [Fault(str(folder / TOKENIZER), found, f"ids below {size}, the model's vocabulary", "They do not fit.")]


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of the tuned model, which neither cuts nor pads.

    Raises:
        BadInput: the file is not a tokenizer.

    """
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the library raises bare Exceptions
        raise BadInput(Fault(str(folder / TOKENIZER), str(error)[:200], "a tokenizer of Hugging Face's")) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def write_tokenizer(tuned: Path, folder: Path) -> None:
    """Write the tuned model's tokenizer into `folder`; where to cut and how to pad stands in the candidate contract."""
    (folder / TOKENIZER).write_text(read_tokenizer(tuned).to_str(pretty=False), encoding="utf-8")
