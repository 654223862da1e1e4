"""One file -> engine: its documents, what was wrong with it, and the digest of its bytes."""

import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from vnsearch.catalog import new_digest
from vnsearch.engines import Writer
from vnsearch.errors import CHECK_DISK, UnusableFileError, VnsearchError
from vnsearch.model import Document, Encoding
from vnsearch.readers.base import Flaw

# Two edits within one tick of the file system's clock (up to 10 ms) leave the same time on
# a file, so a file is read only once its time is this far in the past.
_CLOCK_TICK_NS: Final = 20_000_000

_FLAWS_TOLD: Final = 100  # of one file, one by one
_BLOCK: Final = 1 << 20  # bytes


class Loaded(NamedTuple):
    """What became of a file."""

    documents: int
    flaws: tuple[str, ...]  # why it, or parts of it, were skipped
    digest: bytes  # empty when it was not read to its end
    encoding: Encoding


def load(
    name: str, items: Iterator[Document | Flaw], tap: "Tap", writer: Writer, *, replaces: bool
) -> Loaded:
    """Index what a reader gives of a file, which it reads through the tap.

    What the index had of the file is removed once there is something to replace it.
    Raises OSError when the system stops the reading before that; when later, that is one
    of the reasons.
    """
    documents = 0
    flaws: list[str] = []
    encodings: list[Encoding] = []
    digest, begun = b"", False
    try:
        try:
            for item in _noted(items, encodings):
                if not isinstance(item, Document):
                    flaws.append(item.reason)
                    continue
                if replaces and not begun:
                    writer.remove(name)
                begun = True
                if _added(writer, name, item):
                    documents += 1
                else:
                    flaws.append(_no_words(item))
        except UnusableFileError as error:
            flaws.append(str(error))
        digest = tap.digest()
    except OSError as error:
        if not begun:
            raise
        flaws.append(f"cannot be read to its end: {error.strerror}")
    if replaces and not begun:
        writer.remove(name)
    if len(flaws) > _FLAWS_TOLD:
        flaws[_FLAWS_TOLD:] = [f"and {len(flaws) - _FLAWS_TOLD} more lines"]
    return Loaded(documents, tuple(flaws), digest, _summed(encodings))


def _noted(
    items: Iterator[Document | Flaw], encodings: list[Encoding]
) -> Iterator[Document | Flaw]:
    """The same, with the encodings of the documents noted."""
    for item in items:
        if isinstance(item, Document) and item.encoding is not None:
            encodings.append(item.encoding)
        yield item


def _summed(encodings: Sequence[Encoding]) -> Encoding:
    """The encoding of a file from those of its documents; that of a mailbox may be several."""
    names = dict.fromkeys(name for name, _ in encodings)
    return Encoding(", ".join(names), all(sure for _, sure in encodings))


def _no_words(document: Document) -> str:
    place = document.place
    return f"{place.unit} {place.number}: no words" if place and document.key else "no words"


def _added(writer: Writer, name: str, document: Document) -> bool:
    """Add a document; raises VnsearchError when the index cannot be written, which must not be
    taken for a file that cannot be read."""
    try:
        return writer.add(name, document)
    except OSError as error:
        why = f"cannot write the index: {error.strerror or error}"
        raise VnsearchError(why, CHECK_DISK) from error


def settled(file: io.FileIO) -> os.stat_result:
    """The file's stat, taken when no edit to come can leave the same time on it."""
    while True:
        stat = os.fstat(file.fileno())
        age = time.time_ns() - stat.st_mtime_ns
        if not 0 <= age < _CLOCK_TICK_NS:
            return stat
        time.sleep((_CLOCK_TICK_NS - age) / 1e9)


class Tap(io.RawIOBase):
    """A file that is counted and digested while it is read."""

    def __init__(self, file: io.FileIO, count: Callable[[int], None]) -> None:
        self._file, self._count = file, count
        self._digest = new_digest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = self._file.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:size])
        self._count(size)
        return size

    def stream(self) -> io.BufferedReader:
        """The file, for its reader."""
        return io.BufferedReader(self, _BLOCK)

    def digest(self) -> bytes:
        """Of the whole file, what the reader left unread included."""
        while self.read(_BLOCK):
            pass
        return self._digest.digest()
