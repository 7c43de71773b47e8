"""Where the libraries put their intermediate files: beside the output, and gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(folder: Path) -> Iterator[None]:
    """Let `tempfile` work below `folder` for the length of the block.

    onnxruntime's quantizer writes the whole model to `tempfile`'s place, and in a pod that is often memory.
    """
    before = tempfile.tempdir
    place = folder / ".scratch"
    place.mkdir()
    tempfile.tempdir = str(place)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(place, ignore_errors=True)
