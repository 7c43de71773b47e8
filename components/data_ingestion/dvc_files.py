"""Files that DVC tracks: in a repository's working tree, or at a revision of it."""

import atexit
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from dulwich.errors import NotGitRepository
from dulwich.object_store import tree_lookup_path
from dulwich.objects import Commit
from dulwich.repo import Repo as GitRepo
from dvc.api import DVCFileSystem
from dvc.exceptions import DvcException, OutputNotFoundError
from dvc.repo import Repo
from dvc.repo.open_repo import clean_repos
from dvc.scm import CloneError, RevError, SCMError
from dvc_data.index import DataIndexDirError

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault, Unavailable
from components.data_ingestion import local_files
from components.data_ingestion.nearest import did_you_mean, listed
from components.data_ingestion.source import Source, SourceFile

for _name in ("dvc", "dvc_data", "dvc_objects"):  # they log the traceback of what they then raise
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def locate(repository: str, path: str, revision: str, commit: str) -> Source:
    """Return the files at `path` in a DVC repository.

    Args:
        repository: a folder, or a git URL.
        path: the file or folder, relative to the repository.
        revision: a git revision; empty means a folder's working tree, or a URL's default branch.
        commit: what `revision` meant when it was looked up; empty looks it up now. A working tree has none.

    Raises:
        BadInput: no such repository or revision, the path is not tracked, or its data are not here.
        Unavailable: the git server, or the DVC remote, does not answer.

    """
    place = f"{path} in {without_password(repository)}"
    if "://" in repository or repository.startswith("git@"):
        return _at_revision(repository, path, commit or revision, place)
    root = Path(repository)
    if not (root / ".dvc").is_dir():
        found = "no DVC repository" if root.is_dir() else "no such folder"
        raise BadInput(Fault(repository, found, "a folder with .dvc in it", "Run `dvc init` there, or correct it."))
    if revision:
        return _at_revision(repository, path, commit or revision, place)
    return _in_working_tree(root / path, place, repository, _output(root, root / path, place))


def locate_beside_pointer(path: Path, pointer: Path, uri: str) -> Source:
    """Return the files at a plain path that the `.dvc` file `pointer` tracks.

    Raises:
        BadInput: the data that `pointer` names are not here.

    """
    with _dvc(uri):
        output = _repo(pointer.parent).stage.load_one(str(pointer)).outs[0]
    root = Path(output.repo.root_dir)
    repository = str(root) if path.is_absolute() else os.path.relpath(root)
    return _in_working_tree(path, uri, repository, output)


def _repo(folder: Path) -> Repo:
    # a source archive has no .git, and DVC would insist on one
    in_git = any((around / ".git").exists() for around in (folder.resolve(), *folder.resolve().parents))
    return Repo(str(Repo.find_root(str(folder))), config={} if in_git else {"core": {"no_scm": True}})


def _output(root: Path, path: Path, place: str) -> Any:
    """Return DVC's output that `path` is, or lies in."""
    try:
        with _dvc(place):
            return _repo(root).find_outs_by_path(str(path.absolute()), strict=False)[0]
    except OutputNotFoundError:
        raise BadInput(_untracked(place)) from None


def _in_working_tree(path: Path, place: str, repository: str, output: Any) -> Source:
    if not Path(output.fs_path).exists():
        raise BadInput(_not_pulled(place))
    files = local_files.files_at(path, place)
    with _dvc(place):
        changed = bool(output.workspace_status())
    commit = "" if changed else _commit_of(output)
    return Source(place, files, path.is_dir(), repository, commit)


def _commit_of(output: Any) -> str:
    """Return the last commit that changed the output's pointer; nothing while the pointer itself is not committed.

    Not the repository's latest commit: that one moves with every edit of anything, and the identity of the data
    would move with it.
    """
    stage = Path(output.stage.path)
    pointer = stage if output.stage.is_data_source else stage.with_name("dvc.lock")
    try:
        git = GitRepo.discover(str(pointer.parent))
    except NotGitRepository:
        return ""
    name = pointer.relative_to(Path(git.path).resolve()).as_posix().encode()
    for entry in git.get_walker(paths=[name], max_entries=1):
        return entry.commit.id.decode() if _committed(git, entry.commit, name) == pointer.read_bytes() else ""
    return ""


def _committed(git: GitRepo, commit: Commit, name: bytes) -> bytes:
    try:
        _, blob = tree_lookup_path(git.get_object, commit.tree, name)
    except KeyError:  # that commit removed it
        return b""
    return git.get_object(blob).as_raw_string()


def _at_revision(repository: str, path: str, revision: str, place: str) -> Source:
    place = f"{place} at {revision or 'its default branch'}"
    with _dvc(place):
        atexit.register(clean_repos)  # a URL is cloned into a temporary folder, for as long as this process lives
        tree = DVCFileSystem(repository, rev=revision or None)
        commit = str(tree.repo.get_rev())
        is_folder, found = _listing(tree, path.strip("/"), place)
    # a look at each file now: whether its data can be had, and its size, which a folder's listing lacks
    files = tuple(
        SourceFile(name, _size(tree, inside, place), _opener(tree, inside, place), md5)
        for name, (inside, md5) in sorted(found.items())
    )
    return Source(place, files, is_folder, repository, commit)


def _listing(tree: Any, path: str, place: str) -> tuple[bool, dict[str, tuple[str, str]]]:
    """Return whether `path` is a folder, and its files.

    Each file's path in the repository and DVC's MD5 of it are keyed by its path relative to `path`.
    """
    try:
        info = tree.info(path)
    except FileNotFoundError:
        names = [name.rpartition("/")[2] for name in tree.ls(path.rpartition("/")[0] or "/", detail=False)]
        way_out = f"{did_you_mean(path.rpartition('/')[2], names)} There is {listed(sorted(names))}.".strip()
        raise BadInput(Fault(place, "no such path", "a path that DVC tracks", way_out)) from None
    if info["type"] != "directory":
        return False, {path.rpartition("/")[2]: (path, _tracked_md5(info, place))}
    below = tree.find(path, detail=True)
    if not below:
        raise BadInput(_not_pulled(place))
    return True, {name.removeprefix(f"{path}/"): (name, _tracked_md5(info, place)) for name, info in below.items()}


def _tracked_md5(info: dict[str, Any], place: str) -> str:
    if not info.get("isdvc") and "dvc_info" not in info:
        raise BadInput(_untracked(place))
    hashed = info["dvc_info"]["entry"].hash_info
    return str(hashed.value) if hashed and hashed.name == "md5" else ""  # DVC 2 hashed text files in another way


def _opener(tree: Any, path: str, place: str) -> Any:
    def open_tracked() -> BinaryIO:
        with _dvc(place):
            stream: BinaryIO = tree.open(path, "rb")
            return stream

    return open_tracked


def _size(tree: Any, path: str, place: str) -> int:
    with _opener(tree, path, place)() as stream:
        return int(stream.seek(0, os.SEEK_END))


@contextmanager
def _dvc(place: str) -> Iterator[None]:
    try:
        yield
    except OutputNotFoundError:
        raise
    except RevError as error:
        raise BadInput(Fault(place, str(error), "a branch, a tag or a commit of that repository")) from None
    except CloneError:  # its text may hold the URL with a password
        way_out = "Correct the URL, or run again once the server answers."
        raise Unavailable(Fault(place, "a repository that cannot be cloned", "a git repository", way_out)) from None
    except SCMError:
        raise BadInput(Fault(place, "no git repository", "a git repository", "Leave revision empty.")) from None
    except (DataIndexDirError, FileNotFoundError):
        raise BadInput(_not_pulled(place)) from None
    except PermissionError as error:
        if error.filename:  # a file of this machine
            raise
        way_out = "Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may read."
        raise BadInput(Fault(place, "a refusal of the DVC remote", "permission to read", way_out)) from None
    except (BotoCoreError, ClientError, ConnectionError, TimeoutError) as error:
        found = f"no answer from the DVC remote ({type(error).__name__})"
        raise Unavailable(Fault(place, found, "an answer", "Run again once it answers.")) from None
    except DvcException as error:
        raise BadInput(Fault(place, str(error).splitlines()[0], "a DVC repository in order")) from None


def _not_pulled(place: str) -> Fault:
    way_out = "Run `bessemer data pull` (in another repository: `dvc pull`, or `dvc push` where the data are)."
    return Fault(place, "tracked by DVC, but its data are not here", "data that were pulled", way_out)


def _untracked(place: str) -> Fault:
    way_out = "Run `bessemer data add` (in another repository: `dvc add`), or leave repository empty."
    return Fault(place, "a path that DVC does not track", "a path that DVC tracks", way_out)
