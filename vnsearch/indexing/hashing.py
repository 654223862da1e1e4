"""An open file -> its stat and its digest, which are of the same bytes."""

import io
import os
import time
from typing import Final

from vnsearch.index.file_state import FileState, digest_of, new_digest
from vnsearch.platform import changed_ns

# Two edits within one tick of the file system's clock (up to 10 ms) leave the same time on
# a file, so a file is read only once its time is this far in the past.
_CLOCK_TICK_NS: Final = 20_000_000

_BLOCK: Final = 1 << 20  # bytes


def stable_stat(file: io.FileIO) -> os.stat_result:
    """The file's stat, taken when no edit to come can leave the same time on it."""
    while True:
        stat = os.fstat(file.fileno())
        age = time.time_ns() - changed_ns(stat)
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
