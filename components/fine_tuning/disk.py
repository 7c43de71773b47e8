"""The operating system's refusals, as libraries in Rust and C++ hand them on."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Turn what safetensors and torch raise when a write fails back into the OSError that it was.

    safetensors raises its own error with `(os error 28)` in its text, torch a RuntimeError in whose context the OSError
    stands.

    Raises:
        OSError: the write failed; any other error goes through as it is.

    """
    try:
        yield
    except Exception as error:
        number = _errno_of(error)
        if number is None:
            raise
        raise OSError(number, os.strerror(number)) from error


def _errno_of(error: Exception) -> int | None:
    if isinstance(error.__context__, OSError):
        return error.__context__.errno
    match = re.search(r"\(os error (\d+)\)", str(error))
    return int(match[1]) if match else None
