"""The states of very many files, in little memory."""

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from struct import Struct
from typing import Any, Final

from vnsearch.index.file_state import FileState

COLUMNS: Final = (
    "path, size, mtime_ns, ctime_ns, inode, "
    "documents, flaws, reader, encoding, sure, container, by_name, folders"
)
_NUMBERS: Final = Struct("4q")  # of each file


class FileStates(Mapping[str, FileState]):
    """The states of files by their names, without digests.

    Of 300,000 files most have in common with others what is not a number: that is kept once, and
    the numbers are in an array.
    """

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """`rows`: COLUMNS of the catalog."""
        self._at: dict[str, int] = {}
        self._numbers = array("q")
        self._kind_of = array("I")
        self._kinds: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = []
        kinds: dict[tuple[Any, ...], int] = {}
        for path, size, mtime_ns, ctime_ns, inode, *rest in rows:
            self._at[os.fsdecode(path)] = len(self._at)
            self._numbers.extend((size, mtime_ns, ctime_ns, inode))
            kind = kinds.setdefault(tuple(rest), len(kinds))
            if kind == len(self._kinds):
                self._kinds.append(_kind(*rest))
            self._kind_of.append(kind)

    def __getitem__(self, name: str) -> FileState:
        at = self._at[name]
        size, mtime_ns, ctime_ns, inode = _NUMBERS.unpack_from(self._numbers, _NUMBERS.size * at)
        how, where = self._kinds[self._kind_of[at]]
        return FileState(*(size, mtime_ns, b"", *how, ctime_ns, inode, *where))

    def names(self, test: Callable[[FileState], bool]) -> Iterator[str]:
        """The files whose states fulfil a test, which does not ask for numbers."""
        kinds = (FileState(*(0, 0, b"", *how, 0, 0, *where)) for how, where in self._kinds)
        chosen = [test(kind) for kind in kinds]
        of_file = self._kind_of
        return (name for name, at in self._at.items() if chosen[of_file[at]])

    def __contains__(self, name: object) -> bool:
        return name in self._at

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def _kind(
    documents: int,
    flaws: str,
    reader: str,
    encoding: str,
    sure: int,
    container: bytes,
    by_name: int,
    folders: bytes,
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What many files have in common, as fields of a `FileState`."""
    how = documents, tuple(json.loads(flaws)), reader, encoding, bool(sure)
    return how, (os.fsdecode(container), bool(by_name), os.fsdecode(folders))
