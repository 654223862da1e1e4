"""One file -> engine: its documents, what was wrong with it, and the digest of its bytes."""

import io
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from vnsearch.engines import Report, Writer
from vnsearch.errors import UnusableFileError, WriteError
from vnsearch.index.catalog import FileState, new_digest
from vnsearch.model import Document, Encoding
from vnsearch.readers import Unread
from vnsearch.readers.base import Flaw

# Two edits within one tick of the file system's clock (up to 10 ms) leave the same time on
# a file, so a file is read only once its time is this far in the past.
_CLOCK_TICK_NS: Final = 20_000_000

_FLAWS_TOLD: Final = 100  # of one file, one by one
_BLOCK: Final = 1 << 20  # bytes


class Loaded:
    """What became of a file. Of what is read later, that is known when the writer has settled."""

    def __init__(self, name: str, writer: Writer) -> None:
        self.digest = b""  # empty when it was not read to its end
        self._name, self._writer = name, writer
        self._items: list[str | int] = []  # reasons, and what is read later
        self._encodings: list[Encoding] = []
        self._keys: set[int] = set()  # hashes, since a file may have more than fit in memory
        self._documents = 0

    @property
    def waits(self) -> bool:
        """Whether something is read later."""
        return any(isinstance(item, int) for item in self._items)

    def add(self, item: Document | Flaw | Unread) -> None:
        """Take in what a reader gives; raises WriteError when the index cannot be written,
        which must not be taken for a file that cannot be read."""
        try:
            if isinstance(item, Unread):
                self._items.append(self._writer.add_unread(self._name, item))
            elif isinstance(item, Flaw):
                self.fail(item.reason)
            elif self._is_new(item.key, item.locator.number if item.locator else 0):
                self._writer.add(self._name, item)
                self._encodings += filter(None, [item.encoding])
        except OSError as error:
            raise WriteError(error) from error

    def fail(self, reason: str) -> None:
        """Note why the file, or a part of it, is skipped."""
        self._items.append(reason)

    def settle(self, reports: Sequence[Report]) -> None:
        """Take in what was read later."""
        items, self._items = self._items, []
        for item in items:
            if isinstance(item, str):
                self.fail(item)
            else:
                self._take_in(item, reports[item])
                self._encodings += reports[item].encodings

    def _take_in(self, number: int, report: Report) -> None:
        keys = {*map(hash, report.keys)}
        if not report.flaws and len(keys) == len(report.keys) and keys.isdisjoint(self._keys):
            self._keys |= keys  # as nearly always
            self._documents += len(keys)
            return
        flaws = deque(report.flaws)
        names = [*zip(report.keys, report.numbers, strict=True)]
        for nth in range(len(names) + 1):
            while flaws and flaws[0][0] == nth:
                self.fail(flaws.popleft()[1])
            if nth < len(names) and not self._is_new(*names[nth]):
                self._writer.drop(number, nth)

    def _is_new(self, key: str, number: int) -> bool:
        if key and hash(key) in self._keys:
            self.fail(f"line {number}: another document has the id {key!r}")
            return False
        self._keys.add(hash(key))
        self._documents += 1
        return True

    def state(self, stat: os.stat_result, reader: str) -> FileState:
        """The state of the file as it was read."""
        flaws = [item for item in self._items if isinstance(item, str)]
        if len(flaws) > _FLAWS_TOLD:
            flaws[_FLAWS_TOLD:] = [f"and {len(flaws) - _FLAWS_TOLD} more lines"]
        # The encoding from those of the documents; that of a mailbox may be several.
        names = dict.fromkeys(name for name, _ in self._encodings)
        encoding = Encoding(", ".join(names), all(sure for _, sure in self._encodings))
        # A file that was not read to its end looks changed to the next run.
        size = stat.st_size if self.digest else -1
        return FileState(
            size, 0, self.digest, self._documents, tuple(flaws), reader, *encoding
        ).seen_as(stat)


def load(
    name: str,
    items: Iterator[Document | Flaw | Unread],
    tap: "HashingReader",
    writer: Writer,
    *,
    replaces: bool,
) -> Loaded:
    """Index what a reader gives of a file, which it reads through the tap.

    What the index had of the file is removed once there is something to replace it.
    Raises OSError when the system stops the reading before that; when later, that is one
    of the reasons.
    """
    loaded, begun = Loaded(name, writer), False
    try:
        try:
            for item in items:
                if replaces and not begun and not isinstance(item, Flaw):
                    writer.remove(name)
                begun = begun or not isinstance(item, Flaw)
                loaded.add(item)
        except UnusableFileError as error:
            loaded.fail(str(error))
        loaded.digest = tap.digest()
    except OSError as error:
        if not begun:
            raise
        loaded.fail(f"cannot be read to its end: {error.strerror}")
    if replaces and not begun:
        writer.remove(name)
    return loaded


def stable_stat(file: io.FileIO) -> os.stat_result:
    """The file's stat, taken when no edit to come can leave the same time on it."""
    while True:
        stat = os.fstat(file.fileno())
        age = time.time_ns() - stat.st_ctime_ns
        if not 0 <= age < _CLOCK_TICK_NS:
            return stat
        time.sleep((_CLOCK_TICK_NS - age) / 1e9)


class HashingReader(io.RawIOBase):
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
