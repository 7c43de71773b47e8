"""A file's bytes on their way to a reader: hashed, decompressed, checked to be text."""

import bz2
import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from typing import BinaryIO

from components.contracts.faults import BadInput, Fault

_BUFFER_BYTES = 1 << 20
_BYTE_ORDER_MARK = codecs.BOM_UTF8


class Hashed(io.RawIOBase):
    """Passes bytes on, and remembers their MD5."""

    def __init__(self, inner: BinaryIO, advance: Callable[[int], None]) -> None:
        """Wrap `inner`; `advance` hears how many bytes were read."""
        self._inner = inner
        self._advance = advance
        self._digest = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into `buffer`."""
        chunk = self._inner.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._digest.update(chunk)
        self._advance(len(chunk))
        return len(chunk)

    def md5(self) -> str:
        """Return the MD5 of all bytes, after reading what nobody has read yet."""
        while chunk := self._inner.read(_BUFFER_BYTES):
            self._digest.update(chunk)
        return self._digest.hexdigest()


class _Decompressed(io.RawIOBase):
    """Passes decompressed bytes on, with a broken archive as a sentence."""

    def __init__(self, inner: BinaryIO, kind: str, name: str) -> None:
        self._inner: io.BufferedIOBase = gzip.GzipFile(fileobj=inner) if kind == "gzip data" else bz2.BZ2File(inner)
        self._kind = kind
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._inner.read(len(buffer))
        except (EOFError, zlib.error, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk's fault, not the archive's
            way_out = "It was cut short or damaged on its way: copy it anew."
            raise BadInput(Fault(self._name, f"broken {self._kind} ({error})", self._kind, way_out)) from None
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Utf8(io.RawIOBase):
    """Passes text on as UTF-8 without a byte order mark, and refuses bytes that are none."""

    def __init__(self, inner: BinaryIO, encoding: str, name: str) -> None:
        self._inner = inner
        self._encoding = encoding
        self._name = name
        self._check = codecs.getincrementaldecoder("utf-8")()
        self._lines = 0
        self._pending = b""
        self._started = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._pending:
            self._pending = self._next_chunk(len(buffer))
        given, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def _next_chunk(self, size: int) -> bytes:
        chunk = self._inner.read(size)
        if self._encoding == "latin-1":
            return chunk.decode("latin-1").encode()
        self._refuse_broken(chunk)
        if not self._started and chunk.startswith(_BYTE_ORDER_MARK):
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK) or self._inner.read(size)
        self._started = True
        return chunk

    def _refuse_broken(self, chunk: bytes) -> None:
        undecided = self._check.getstate()[0]
        if chunk.isascii() and chunk and not undecided:
            self._lines += chunk.count(b"\n")
            return
        try:
            self._check.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = self._lines + error.object[: error.start].count(b"\n") + 1
            broken = error.object[error.start : error.end].hex(" ")
            way_out = "Save it as UTF-8, or set data_ingestion.encoding to latin-1."
            raise BadInput(
                Fault(f"{self._name} line {line}", f"bytes that are no UTF-8 ({broken})", "UTF-8 text", way_out)
            ) from None
        self._lines += chunk.count(b"\n")


def decompressed(inner: BinaryIO, kind: str, name: str) -> io.BufferedReader:
    """Return what `inner` holds once it is decompressed.

    Args:
        inner: the raw bytes.
        kind: `gzip data` or `bzip2 data`.
        name: the file, for messages.

    Raises:
        BadInput: (on reading) the archive is broken.

    """
    return io.BufferedReader(_Decompressed(inner, kind, name), _BUFFER_BYTES)


def as_utf8(inner: BinaryIO, encoding: str, name: str) -> io.BufferedReader:
    """Return the text in `inner` as UTF-8 bytes without a byte order mark.

    Args:
        inner: bytes in `encoding`.
        encoding: `utf-8` or `latin-1`.
        name: the file, for messages.

    Raises:
        BadInput: (on reading) the bytes are not UTF-8; names the line.

    """
    return io.BufferedReader(_Utf8(inner, encoding, name), _BUFFER_BYTES)


def buffered(raw: io.RawIOBase) -> io.BufferedReader:
    """Return `raw` with a buffer to peek into."""
    return io.BufferedReader(raw, _BUFFER_BYTES)
