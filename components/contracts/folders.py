"""Contracts on disk: a folder with one JSON manifest, written whole or not at all, checked when it is read."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from components.contracts.faults import BadInput, Fault, writing


class Manifest(Protocol):
    """The dataclass behind a contract's JSON file."""

    FILE: ClassVar[str]
    """The name of the JSON file, such as `dataset.json`."""


M = TypeVar("M", bound=Manifest)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that takes its place once the block ends without an error.

    A block that is broken off leaves nothing at `path`; one that is killed leaves a `.partial` folder that nothing
    reads and that the next attempt clears away. What stood at `path` before is replaced.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            yield partial
            _remove(path)
            partial.rename(path)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def write_text_whole(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half of it.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest` into `folder` under its own file name, keys in a fixed order.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    values = TypeAdapter(type(manifest)).dump_python(manifest, mode="json")
    write_text_whole(folder / manifest.FILE, json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def read_manifest(folder: Path, contract: type[M]) -> M:
    """Return the manifest of `folder`.

    Raises:
        BadInput: there is none, or it is not what `contract` says.

    """
    path = folder / contract.FILE
    kind = contract.__name__
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise BadInput(Fault(str(folder), f"no {contract.FILE}", f"a folder that holds a {kind}")) from None
    try:
        return TypeAdapter(contract).validate_json(content)
    except ValidationError as error:
        raise BadInput(
            Fault(
                ".".join(map(str, problem["loc"])) or kind,
                json.dumps(problem["input"], default=str)[:80],
                problem["msg"],
                "Another version of Bessemer wrote this, or it was edited: make it anew.",
                where=str(path),
            )
            for problem in error.errors(include_url=False)
        ) from None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `folder`, keyed by its relative POSIX path, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def sha256_of_mapping(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON-compatible mapping, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_files(folder: Path, expected: Mapping[str, str]) -> None:
    """Check that the files of a contract are the ones that were promised.

    Args:
        folder: the contract's folder.
        expected: the SHA-256 of each file, keyed by its path relative to `folder`.

    Raises:
        BadInput: every file that is missing or whose bytes have changed.

    """
    faults = []
    for name, promised in expected.items():
        path = folder / name
        found = sha256_of(path) if path.is_file() else ""
        if found != promised:
            way_out = "It was changed or cut short after it was written: run the step that makes it again."
            said = f"sha256 {found[:12]}" if found else "no file"
            faults.append(Fault(str(path), said, f"sha256 {promised[:12]}", way_out))
    if faults:
        raise BadInput(faults)
