"""What a room's result depends on besides its inputs: its code, the contracts' code, and the libraries it stands on.

KFP's cache key knows none of these, so a task carries them as a parameter: an edit re-runs the room and what follows.
"""

import hashlib
import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

import components

COMPONENTS = Path(components.__file__).parent
DISTRIBUTION = "bessemer"


def fingerprint(room: str) -> str:
    """Return 16 hexadecimal digits that change with the room's code, the contracts' code or their libraries."""
    digest = hashlib.sha256()
    for folder in (COMPONENTS / room, COMPONENTS / "contracts"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(COMPONENTS).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in libraries(room):
        digest.update(f"{name}=={_installed_version(name)}\0".encode())
    return digest.hexdigest()[:16]


def libraries(room: str) -> list[str]:
    """Return the names of the distributions that the room's extra, and every room, requires."""
    names = set()
    for requirement in metadata.requires(DISTRIBUTION) or []:
        extra = re.search(r"extra == [\"'](.+?)[\"']", requirement)
        if extra is None or extra[1].replace("-", "_") == room:
            match = re.match(r"[A-Za-z0-9._-]+", requirement)
            if match:
                names.add(match[0])
    return sorted(names)


def _installed_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # compiling needs no room's libraries
        return "absent"


def code_revision() -> str:
    """Return the git revision of the code, with `-dirty` when the checkout holds changes, or code that git lacks.

    Outside a checkout it is what BESSEMER_GIT_REVISION says, as in an image, or empty.
    """
    described = _git("describe", "--always", "--abbrev=40", "--dirty", "--exclude=*")
    if not described:
        return os.environ.get("BESSEMER_GIT_REVISION", "")
    untracked = _git("ls-files", "--others", "--exclude-standard", "--", "components", "pipelines")
    return f"{described.removesuffix('-dirty')}-dirty" if untracked else described


def _git(*arguments: str) -> str:
    """Return what git says of the checkout that the code lies in; nothing where there is no git, or no checkout."""
    try:
        asked = ["git", "-C", str(COMPONENTS.parent), *arguments]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""
