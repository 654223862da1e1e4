"""The file of a segment: named arrays of numbers, written once and mapped to memory.

A header, the arrays one after another, and a directory of them in JSON. What each array holds
is the business of those who write and read it; docs/index-format.md specifies all of it.
"""

import json
import mmap
import os
import struct
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

from vnsearch.errors import DamagedError, says_nothing_of_the_bytes
from vnsearch.language import N_
from vnsearch.platform import READ, read_at

VERSION: Final = 11
MAGIC: Final = b"vnseg%03d" % VERSION

TF_BITS: Final = 4  # of a stored tf
MAX_TF: Final = (1 << TF_BITS) - 1
BIGRAM_TF_BITS: Final = 2  # of a stored tf of a bigram

BUCKET_BITS: Final = 4  # of the number of a length bucket
# The shortest length of each bucket, in tokens.
LENGTH_BUCKETS: Final = (0, 40, *range(55, 125, 10), 140, 160, 185, 210, 240, 280, 330)
assert len(LENGTH_BUCKETS) == 1 << BUCKET_BITS

NO_TERM: Final = 0xFFFF_FFFF  # at the edges of an empty text

# No code points of token strings: in UTF-16 they are halves of others.
SURROGATES: Final = range(0xD800, 0xE000)

# The header of a block of bigrams: how many rows, dense posting lists, other postings.
BIGRAM_BLOCK: Final = struct.Struct("<III")

_HEADER: Final = struct.Struct("<8sQQ")  # MAGIC, offset and size of the directory
_ALIGNMENT: Final = 8  # bytes


def number_type(passages: int) -> str:
    """Return the type code of numbers up to the number of passages in a segment."""
    return "H" if passages <= 0xFFFF else "I"


def bitset_size(passages: int) -> int:
    """Return how many bytes the bits of so many passages take."""
    return (passages + 7) // 8


def write(
    path: Path, arrays: Iterable[tuple[str, tuple[str, bytes]]], counts: Mapping[str, int]
) -> None:
    """Write a segment file; the caller syncs it to disk.

    `arrays` yields names with type codes and bytes, and is consumed as the file grows; an array may
    come in several pieces, one after another.
    """
    directory: dict[str, tuple[str, int, int]] = {}
    last = None
    with open(path, "wb") as file:
        file.write(bytes(_HEADER.size))
        for name, (kind, data) in arrays:
            if name != last:
                file.write(bytes(-file.tell() % _ALIGNMENT))
                directory[name] = (kind, file.tell(), 0)
            kind, begin, size = directory[name]
            directory[name] = (kind, begin, size + len(data))
            file.write(data)
            last = name
        offset = file.tell()
        encoded = json.dumps({"arrays": directory, "counts": dict(counts)}).encode()
        file.write(encoded)
        file.seek(0)
        file.write(_HEADER.pack(MAGIC, offset, len(encoded)))


class _Required(dict[str, Any]):
    """A dict whose missing keys mean that the file is damaged."""

    def __missing__(self, name: str) -> Any:
        raise DamagedError(N_("{name} is missing").format(name=name))


class Arrays:
    """An open segment file: `arrays[name]` is a memoryview of the array's type."""

    def __init__(self, path: Path) -> None:
        """Raises DamagedError when the file is missing, truncated or of another version."""
        try:
            self._file = os.open(path, READ)
            self._close_file = weakref.finalize(self, os.close, self._file)
            if not S_ISREG(os.fstat(self._file).st_mode):
                raise ValueError(N_("no file"))
            self._map = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
            magic, offset, size = _HEADER.unpack_from(self._map)
            if magic != MAGIC or offset + size != len(self._map):
                raise ValueError(N_("not the file that was written"))
            directory = json.loads(self._map[offset : offset + size])
            self.counts: dict[str, int] = _Required(directory["counts"])
            self._data = memoryview(self._map)
            self._directory: dict[str, tuple[str, int, int]] = directory["arrays"]
            self._arrays = _Required(
                {name: self._array(*entry) for name, entry in self._directory.items()}
            )
        except Exception as error:  # damaged JSON may raise anything
            if says_nothing_of_the_bytes(error):
                raise
            raise DamagedError(f"{os.path.basename(path)}: {error}") from error

    def _array(self, kind: str, offset: int, size: int) -> "memoryview[Any]":
        if offset + size > len(self._data):
            raise ValueError(N_("an array is outside of the file"))
        return self._data[offset : offset + size].cast(kind)  # type: ignore[call-overload, no-any-return]

    def __getitem__(self, name: str) -> "memoryview[Any]":
        """Raises DamagedError when there is no such array."""
        array: memoryview[Any] = self._arrays[name]
        return array

    def read(self, name: str, begin: int, end: int) -> bytes:
        """Read bytes `begin` to `end` of an array; unlike a map, that keeps no pages in memory."""
        at = self._directory[name][1] + begin
        data = read_at(self._file, end - begin, at)
        while len(data) < end - begin:  # as it hardly ever is
            read = read_at(self._file, end - begin - len(data), at + len(data))
            if not read:
                raise DamagedError(N_("{name} ends early").format(name=name))
            data += read
        return data

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def close(self) -> None:
        """Close the file and its map."""
        # What an interrupted reader still holds is closed once that is gone.
        with suppress(BufferError):
            for array in self._arrays.values():
                array.release()
            self._data.release()
            self._map.close()
        self._close_file()
