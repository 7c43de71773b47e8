"""Files on this machine's disk, and files inside an installed package."""

import importlib.util
from pathlib import Path

from components.contracts.faults import BadInput, Fault
from components.data_ingestion.nearest import did_you_mean, listed
from components.data_ingestion.source import SourceFile


def files_at(path: Path, place: str) -> tuple[SourceFile, ...]:
    """Return the file at `path`, or every file below it, sorted by name.

    Raises:
        BadInput: nothing is there, or nothing in the folder, or it may not be read.

    """
    try:
        if path.is_dir():
            return _files_below(path, place)
        return (_file(path, path.name),)
    except FileNotFoundError:
        raise BadInput(_missing(path, place)) from None
    except PermissionError:
        raise BadInput(Fault(place, "no permission to read it", "a file that this user may read")) from None


def _files_below(folder: Path, place: str) -> tuple[SourceFile, ...]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files = tuple(_file(paths[name], name) for name in sorted(paths))
    if not files:
        raise BadInput(Fault(place, "an empty folder", "files with rows"))
    return files


def _file(path: Path, name: str) -> SourceFile:
    with path.open("rb"):  # a file without permission is refused now, not in the middle of the work
        return SourceFile(name, path.stat().st_size, lambda: path.open("rb"))


def _missing(path: Path, place: str) -> Fault:
    parent = path.parent
    if not parent.is_dir():
        return Fault(place, f"no such folder: {parent}", "a file or a folder", f"It is looked for from {Path.cwd()}.")
    names = sorted(item.name for item in parent.iterdir())
    there = f"{parent} holds {listed(names)}." if names else f"{parent} is empty."
    return Fault(place, "no such file", "a file or a folder", f"{did_you_mean(path.name, names)} {there}".strip())


def path_in_package(uri: str) -> Path:
    """Return the path that `package://import_name/path/in/package` names; the package is not imported.

    Raises:
        BadInput: the package is not installed.

    """
    name, _, path = uri.removeprefix("package://").partition("/")
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        way_out = f"Install the package that brings {name}, into the environment that runs this step."
        raise BadInput(Fault(uri, f"no installed package with the import name {name}", "an installed package", way_out))
    return Path(next(iter(spec.submodule_search_locations))) / path
