"""A file, or a part of one -> a builder of the engine: what is done in every process."""

import io
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vnsearch import readers
from vnsearch.engines import Batch, Builder
from vnsearch.errors import (
    GivenUpError,
    TooManyWordsError,
    UnusableFileError,
    WriteError,
    exhausted,
)
from vnsearch.files.regular import open_regular
from vnsearch.index.catalog import FileState, digest_of, new_digest
from vnsearch.model import Document, Encoding
from vnsearch.readers.base import Flaw, LineChunk
from vnsearch.readers.sandbox import Sandbox

# Two edits within one tick of the file system's clock (up to 10 ms) leave the same time on
# a file, so a file is read only once its time is this far in the past.
_CLOCK_TICK_NS: Final = 20_000_000

_BLOCK: Final = 1 << 20  # bytes


class WholeFile(NamedTuple):
    """A file to be opened and read to its end, unless its bytes are still the known ones."""

    path: str
    known: FileState | None


class Part(NamedTuple):
    """A part of a file, or all of it, to be read in any process."""

    source: str  # the name of the file
    number: int  # of the part, from 0
    content: WholeFile | LineChunk
    encoding: str  # the one the user set, or ""
    cost: int  # about as long as a text of that many bytes takes
    name: str = ""  # what a document without a key is called, see `model.Document`
    folders: str = ""


@dataclass(slots=True)
class PartReport:
    """What was read of a part, whose documents the builder has."""

    source: str
    number: int  # of the part
    keys: list[str] = field(default_factory=list)  # of its documents
    numbers: list[int] = field(default_factory=list)  # where in the file they are
    # What was not read, and the number of documents before that.
    flaws: list[tuple[int, str]] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)
    given_up: str = ""  # for which limit of time or memory the reading ended early
    # Of a whole file:
    stat: os.stat_result | None = None
    digest: bytes = b""  # empty when it was not read to its end
    bytes_read: int = 0
    unchanged: bool = False  # its bytes are the known ones
    refused: str = ""  # why the system did not let it be read at all


class PartReader:
    """Reads parts of files into a builder; to be closed."""

    def __init__(self, builder: Builder) -> None:
        self._builder, self._sandbox = builder, Sandbox()

    def read(self, part: Part) -> PartReport:
        """Read a part; raises WriteError when the index cannot be written."""
        report = PartReport(part.source, part.number)
        if isinstance(part.content, LineChunk):
            self._index(part, readers.read_chunk(part.content, part.encoding), report)
        else:
            self._read_file(part, part.content, report)
        return report

    def batches(self) -> list[Batch]:
        """The batches finished since the last call."""
        return [*self._builder.batches()]

    def finish(self) -> list[Batch]:
        """The batches of all the rest; raises WriteError when they cannot be written."""
        with _writing():
            return [*self._builder.finish()]

    def close(self) -> None:
        """End the process that reads hostile formats."""
        self._sandbox.close()

    def _read_file(self, part: Part, file: WholeFile, report: PartReport) -> None:
        try:
            with open_regular(file.path) as opened:
                report.stat = stable_stat(opened)
                if is_unchanged(opened, report.stat, file.known):
                    report.unchanged = True
                    return
                hashing = HashingReader(opened)
                stream = hashing.stream()
                try:
                    items = readers.read(part.source, stream, self._sandbox, part.encoding)
                    self._index(part, items, report)
                    if not report.given_up:
                        report.digest = hashing.digest()
                finally:
                    report.bytes_read = hashing.size
        except OSError as error:
            if ended := exhausted(error):
                raise ended from error
            if report.keys:
                reason = f"cannot be read to its end: {error.strerror}"
                report.flaws.append((len(report.keys), reason))
            else:
                report.refused = f"cannot be read: {error.strerror}"

    def _index(self, part: Part, items: Iterable[Document | Flaw], report: PartReport) -> None:
        try:
            for item in items:
                if isinstance(item, Flaw):
                    report.flaws.append((len(report.keys), item.reason))
                    continue
                if not item.key:
                    item = item._replace(name=part.name, folders=part.folders)
                for document in self._added(part.source, item):
                    report.keys.append(document.key)
                    report.numbers.append(document.locator.number if document.locator else 0)
                report.encodings += filter(None, [item.encoding])
        except GivenUpError as error:
            report.given_up = str(error)
        except UnusableFileError as error:
            report.flaws.append((len(report.keys), str(error)))

    def _added(self, source: str, document: Document) -> Iterator[Document]:
        """Add a document and yield it, or its parts if there must be several."""
        try:
            with _writing():
                self._builder.add(source, document)
        except TooManyWordsError:
            for half in _halves(document):
                yield from self._added(source, half)
        else:
            yield document


def _halves(document: Document) -> tuple[Document, Document]:
    """Cut a document at the line end, or else the space, after its middle.

    The key of the second half tells where in the text it begins, in code points.
    """
    text, middle = document.text, len(document.text) // 2
    ends = (text.find(sign, middle) + 1 for sign in "\n ")
    at = next((end for end in ends if 0 < end < len(text)), middle)
    first = document._replace(text=text[:at])
    locator = document.locator and document.locator.after(first.text)
    second = document._replace(key=f"{document.key}+{at}", text=text[at:], locator=locator)
    return first, second._replace(name="", folders="")


@contextmanager
def _writing() -> Iterator[None]:
    """A fault of the index must not be taken for one of the file."""
    try:
        yield
    except OSError as error:
        raise WriteError(error) from error


def stable_stat(file: io.FileIO) -> os.stat_result:
    """The file's stat, taken when no edit to come can leave the same time on it."""
    while True:
        stat = os.fstat(file.fileno())
        age = time.time_ns() - stat.st_ctime_ns
        if not 0 <= age < _CLOCK_TICK_NS:
            return stat
        time.sleep((_CLOCK_TICK_NS - age) / 1e9)


def is_unchanged(file: io.FileIO, stat: os.stat_result, known: FileState | None) -> bool:
    """Whether a file has the bytes it is known to have; it is at its start afterwards."""
    if known is None or known.size != stat.st_size:
        return False
    unchanged = digest_of(file) == known.digest
    file.seek(0)
    return unchanged


class HashingReader(io.RawIOBase):
    """A file that is digested while it is read."""

    def __init__(self, file: io.FileIO) -> None:
        self.size = 0  # bytes read so far
        self._file, self._digest = file, new_digest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = self._file.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:size])
        self.size += size
        return size

    def stream(self) -> io.BufferedReader:
        """The file, for its reader."""
        return io.BufferedReader(self, _BLOCK)

    def digest(self) -> bytes:
        """The digest of the whole file, with what the reader left unread."""
        while self.read(_BLOCK):
            pass
        return self._digest.digest()
