"""Models in a folder of this machine, or of an installed package."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from components.contracts.faults import BadInput, Fault
from components.contracts.folders import sha256_of, sha256_of_files, sha256_of_mapping
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.wanted import wanted

_PACKAGE = "package://"
_NAMES_SHOWN = 6


def look_up(settings: ModelIngestionSettings) -> str:
    """Return the hash of the wanted files' content."""
    folder = locate(settings.source)
    return sha256_of_mapping({name: sha256_of(folder / name) for name in wanted(_names(folder))})


def fetch(settings: ModelIngestionSettings, revision: str, folder: Path) -> list[str]:
    """Copy the wanted files into `folder`, and return the names of all that lie there.

    Raises:
        BadInput: what was copied is not the content that `revision` names.

    """
    origin = locate(settings.source)
    names = _names(origin)
    for name in wanted(names):
        shutil.copyfile(origin / name, folder / name)
    now = sha256_of_mapping(sha256_of_files(folder))
    if now != revision:
        way_out = "It was changed while the pipeline ran: run again."
        raise BadInput(Fault(settings.source, f"content {now[:12]}", f"content {revision[:12]}", way_out))
    return names


def locate(source: str) -> Path:
    """Return the folder that `source` names.

    Raises:
        BadInput: no such package, no such folder in it, or a folder without a single file.

    """
    folder = _inside_package(source) if source.startswith(_PACKAGE) else Path(source)
    if not _names(folder):
        raise BadInput(Fault(source, "an empty folder", "config.json, model.safetensors and tokenizer.json in it"))
    return folder


def _inside_package(source: str) -> Path:
    """Return the folder; the package is looked up, never imported."""
    name, _, path = source.removeprefix(_PACKAGE).partition("/")
    spec = find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        way_out = "Install it, or correct the name; it is the one that Python imports, with underscores."
        raise BadInput(Fault(source, f"no installed package {name!r}", "the import name of a package", way_out))
    root = Path(spec.submodule_search_locations[0])
    folder = root / path
    if not folder.is_dir():
        there = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("_"))
        way_out = f"Folders at its top: {', '.join(there[:_NAMES_SHOWN]) or 'none'}."
        raise BadInput(Fault(source, f"no folder {path!r} in the package {name}", "a folder of it", way_out))
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())
