"""What a user is told when something cannot go on: a sentence a fault, all faults of an input at once."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    thing: str
    """What is wrong, as the user named it: a file, a setting, a row."""
    found: str
    """The value that was found there."""
    expected: str
    """The value that would have been right."""
    way_out: str = ""
    """What to do about it."""
    where: str = ""
    """Where it stands, as `file:line`, when it stands in a file."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        way_out = f" {self.way_out}" if self.way_out else ""
        return f"{place}{self.thing}: found {self.found}; expected {self.expected}.{way_out}"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a defect
    """A step cannot go on, and the reason is not a defect of Bessemer. Carries every fault that was found.

    The exit codes are those of BSD's sysexits.h: an orchestrator can tell what is worth a retry from them.
    """

    exit_code = 70

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class BadInput(Refusal):
    """Data, settings or a model that cannot be used as they are. Not worth a retry."""

    exit_code = 65


class Unavailable(Refusal):
    """A server or a remote source that does not answer. Worth a retry."""

    exit_code = 69


class Unwritable(Refusal):
    """An output that cannot be written: no space, no permission. Worth a retry once there is room."""

    exit_code = 73


def refuse_if_any(faults: Iterable[Fault]) -> None:
    """Raise BadInput with all of `faults`, if there are any."""
    found = tuple(faults)
    if found:
        raise BadInput(found)


WRITE_REFUSALS = {
    errno.ENOSPC: ("no space left on the device", "Free space there, then run again."),
    errno.EDQUOT: ("the disk quota is used up", "Free space there, then run again."),
    errno.EACCES: ("no permission to write", "Allow this user to write there, or choose another place."),
    errno.EPERM: ("no permission to write", "Allow this user to write there, or choose another place."),
    errno.EROFS: ("a read-only file system", "Choose a place that can be written."),
    errno.EEXIST: ("a file where a folder has to be", "Move that file away, or choose another place."),
    errno.ENOTDIR: ("a file where a folder has to be", "Move that file away, or choose another place."),
}
"""What is found and what to do, by the operating system's error number."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write `path` into sentences.

    Raises:
        Unwritable: no space, no permission, a read-only file system, or a file where a folder has to be.

    """
    try:
        yield
    except OSError as error:
        if error.errno not in WRITE_REFUSALS:
            raise
        reason, way_out = WRITE_REFUSALS[error.errno]
        raise Unwritable(Fault(str(path), reason, "a place that can be written", way_out)) from error
