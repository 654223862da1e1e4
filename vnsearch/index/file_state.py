"""A file as it was when it was read, and whether it still is: by its stat, or by its digest."""

import os
from datetime import datetime, timezone
from io import RawIOBase
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.files.regular import open_regular
from vnsearch.platform import INODE

if TYPE_CHECKING:
    from hashlib import _Hash

_BLOCK: Final = 1 << 20  # bytes
_LARGEST: Final = (1 << 63) - 1  # number in SQLite


class FileState(NamedTuple):
    """A file as it was when it was last read."""

    size: int
    mtime_ns: int
    digest: bytes
    documents: int
    flaws: tuple[str, ...] = ()
    reader: str = ""
    encoding: str = ""
    sure: bool = True
    ctime_ns: int = 0
    inode: int = 0
    # Of a file in a file: the one of the disk. The digest is then what tells whether it is another.
    container: str = ""
    by_name: bool = False  # there is one more document, of its name alone
    folders: str = ""  # in which of its root it is: a relative path

    def looks_like(self, stat: os.stat_result) -> bool:
        """Whether a file with this stat can be taken for unchanged without reading it.

        As in git: a time of modification can be set back, and by copying often is.
        """
        return (
            self.size == stat.st_size
            and (self.mtime_ns == stat.st_mtime_ns or self.mtime_ns == mtime_ns(stat))
            and (self.ctime_ns == stat.st_ctime_ns or self.ctime_ns == _as_held(stat.st_ctime_ns))
            and self.inode == stat.st_ino & INODE
        )

    def seen_as(self, stat: os.stat_result) -> "FileState":
        """The state of a file with the same bytes and this stat."""
        return self._replace(
            mtime_ns=mtime_ns(stat),
            ctime_ns=_as_held(stat.st_ctime_ns),
            inode=stat.st_ino & INODE,
        )

    @property
    def modified(self) -> datetime:
        """When the file was last changed, in UTC."""
        try:
            return datetime.fromtimestamp(self.mtime_ns / 1e9, timezone.utc)
        except (ValueError, OverflowError, OSError):  # a year that a datetime cannot have
            return datetime.fromtimestamp(0, timezone.utc)

    def is_current(self, path: str) -> bool:
        """Whether the file at `path` still has the bytes it had; read only when its time
        is new and its size is not.
        """
        try:
            stat = os.stat(path)
            if self.looks_like(stat) or stat.st_size != self.size:
                return stat.st_size == self.size
            with open_regular(path) as file:
                return digest_of(file) == self.digest
        except OSError:
            return False


def mtime_ns(stat: os.stat_result) -> int:
    """The time a file was last changed, in ns, as SQLite can hold it."""
    return _as_held(stat.st_mtime_ns)


def _as_held(number: int) -> int:
    """The nearest number that SQLite can hold."""
    return max(-_LARGEST - 1, min(number, _LARGEST))


def new_digest() -> "_Hash":
    """What the bytes of a file are digested with: processors have instructions for it."""
    from hashlib import sha256  # takes long to import, and searching seldom needs it

    return sha256()


def digest_of(file: RawIOBase) -> bytes:
    """The digest of all that an open file still has to give."""
    digest = new_digest()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.digest()
