"""Which files of a source are read, in which order, and which split each one's name says."""

import re

from components.contracts.dataset import SPLITS, Split
from components.contracts.faults import BadInput, Fault
from components.data_ingestion.nearest import listed
from components.data_ingestion.source import Source, SourceFile

_NAMED_SPLIT = re.compile(rf"({'|'.join(SPLITS)})[.-].+")


def files_to_read(source: Source) -> list[tuple[SourceFile, Split | None]]:
    """Return the files that hold rows, each with the split that its name says, or None.

    In a folder, `train.*`, `validation.*` and `test.*` (also in parts, `train-00000-of-00002.parquet`) are splits, in
    that order. Names that start with a dot or an underscore are passed over, as Arrow and Spark do.

    Raises:
        BadInput: no file is left, a folder mixes splits with other files, or has splits but no `train`.

    """
    if not source.is_folder:
        return [(file, None) for file in source.files]
    files = [file for file in source.files if not _hidden(file.name)]
    if not files:
        raise BadInput(Fault(source.place, "hidden files only", "files with rows"))
    named = {file.name: _split_of(file.name) for file in files}
    if not any(named.values()):
        return [(file, None) for file in files]
    others = [name for name, split in named.items() if not split]
    if others:
        way_out = "Move them away, or name the splits in another way and set data_ingestion.split_column."
        raise BadInput(Fault(source.place, f"splits, and beside them {listed(others)}", "splits only", way_out))
    if "train" not in named.values():
        raise BadInput(Fault(source.place, f"{listed(named)}", "a file train.* too"))
    return [(file, split) for split in SPLITS for file in files if named[file.name] == split]


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def _split_of(name: str) -> Split | None:
    match = _NAMED_SPLIT.fullmatch(name)
    return next((split for split in SPLITS if match and match[1] == split), None)
