"""Which format a file has by its ending, and what its first bytes say to that."""

import re
from typing import get_args

from components.contracts.faults import Fault
from components.data_ingestion.config import Format

_BY_ENDING: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
_COMPRESSED = {".gz": "gzip data", ".bz2": "bzip2 data"}
_SIGNATURES = (
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"PK\x03\x04", "a ZIP archive, or an office document"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"PAR1", "Parquet data"),
    (b"ARROW1", "Arrow data"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data"),
)
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)
SIGNATURE_BYTES = 512
"""How many of a file's first bytes `contradiction` wants to see."""


def format_of(name: str) -> Format | None:
    """Return the format that a file's ending says; None when it says none."""
    stem = name
    for ending in _COMPRESSED:
        stem = stem.removesuffix(ending)
    return next((format_ for ending, format_ in _BY_ENDING.items() if stem.lower().endswith(ending)), None)


def unknown_ending(name: str) -> Fault:
    """Return the sentence for a file whose ending says no format."""
    way_out = f"Rename it, or set data_ingestion.format to {', '.join(get_args(Format))}."
    return Fault(name, "an ending that says no format", f"{', '.join(_BY_ENDING)}, also with .gz or .bz2", way_out)


def compression_of(name: str) -> str:
    """Return what the outer ending says that the bytes are; nothing when they are not compressed."""
    return next((kind for ending, kind in _COMPRESSED.items() if name.endswith(ending)), "")


def contradiction(head: bytes, expected: str, name: str) -> Fault | None:
    """Return the fault of a file that is not what it is called.

    Args:
        head: its first `SIGNATURE_BYTES` bytes.
        expected: a compression (`gzip data`, `bzip2 data`), `parquet`, or the name of a text format.
        name: the file, for the message.

    """
    found = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), "")
    if not found and _MARKUP.match(head):
        found = "an HTML or XML page"
    wanted = "Parquet data" if expected == "parquet" else expected
    if found == wanted:
        return None
    if expected in _COMPRESSED.values() or expected == "parquet":
        # of compression the format says nothing
        other_way = ", or set data_ingestion.format" if expected == "parquet" else ""
        return Fault(name, found or "other bytes", wanted, f"Correct its ending{other_way}.")
    if not found:
        return None
    way_out = "Correct its ending." if found in (*_COMPRESSED.values(), "Parquet data") else "Save it as text in UTF-8."
    return Fault(name, found, f"{expected} text", way_out)
