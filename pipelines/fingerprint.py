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
    """Return the git revision of the code, with `-dirty` when the checkout holds changes.

    Outside a checkout it is what BESSEMER_GIT_REVISION says, as in an image, or empty.
    """
    describe = ["git", "-C", str(COMPONENTS), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        described = subprocess.run(describe, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        described = ""
    return described or os.environ.get("BESSEMER_GIT_REVISION", "")
