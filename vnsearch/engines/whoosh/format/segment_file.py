"""The file of a segment: what lies in it, and how it is written and opened.

A segment never changes. Its file is a head (8 bytes MAGIC; Q place of the directory; Q its
bytes), arrays one after another, and the directory: JSON with the type, place and bytes of
each array by its name, and some counts. Numbers are little-endian. Types: B, H, I, Q are
unsigned numbers of 1, 2, 4 and 8 bytes; N is H, or I when there are more than 65,535 passages.
An array `A_at` says where the things in `A` begin, and the last one ends.

Passages, numbered as they came; those of a document stand together
    lengths           H  in tokens, those of the title counted TITLE_WEIGHT times: exact
    classes           B  the class of the length, times 16: see LENGTH_BUCKETS
    last              B  1 for the last passage of a document, else 0
    records           B  zstd frames of what is kept of passages: see `packed`
    records_at        I  bytes
    frames            I  the first passage of each frame

Fields F: `exact`, the exact forms of words; `source`, the names of files. Terms of `exact`
with one folded form are a group; of `source` each term is. A dense posting list is a zstd frame
with a B for each passage: how often something occurs there, words of titles counted
TITLE_WEIGHT times, at most MAX_TF. A term that is common has one, and so has a group of several
terms that is common.
    F.terms           B  UTF-8; of `exact` sorted by folded form, then exact form
    F.terms_at        I  bytes
    F.dense_terms     I  the terms that have a dense posting list
    F.dense_df        I  in how many passages each of them occurs
    F.dense_groups    I  the groups that have a dense posting list
    F.dense, F.dense_at B, I bytes  the lists of F.dense_terms, then those of F.dense_groups
    F.passages        N  postings of all other terms, term by term: passages, ascending
    F.tf              B  how often there, at most MAX_TF
    F.postings_at     I  postings
    exact.order       I  the terms in the order of their exact forms
    exact.rare        I  the terms for which there is no character of one code unit
    exact.words       H  UTF-16: for each passage a character for each word of the text, U+0000,
                         a character for each word of the title. Characters ascend with terms,
                         those beyond U+FFFF among themselves
    exact.words_at    I  code units

Folded forms
    folded.terms      B  UTF-8, sorted
    folded.terms_at   I  bytes
    folded.first      I  the first exact term of each, and behind the last
    pairs.words       I  the folded forms that are frequent enough to have their pairs counted
    pairs.followers   B  zstd frames, one for each of them: for each pair of exact terms that
                         stand side by side, the first one with this form, four columns of N:
                         the second one's form (its place in pairs.words), which of the terms
                         with its form the first one is, and the second one (from 0), and in
                         how many passages they do. Sorted
    pairs.followers_at I bytes
"""

import json
import mmap
import os
import struct
import sys
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.model import Locator, StoredPassage

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

VERSION: Final = 6
MAGIC: Final = b"vnseg%03d" % VERSION

MAX_TF: Final = 15  # of a count: with a length class it fits a byte

# The shortest length of each class.
LENGTH_BUCKETS: Final = (0, 40, *range(55, 125, 10), 140, 160, 185, 210, 240, 280, 330)
assert len(LENGTH_BUCKETS) == 16

# No characters of `exact.words`: those code points stand for halves of others in UTF-16.
SURROGATES: Final = range(0xD800, 0xE000)

_HEAD: Final = struct.Struct("<8sQQ")
_ALIGNMENT: Final = 8  # bytes


def number_type(passages: int) -> str:
    """The type of numbers up to that of the passages of a segment."""
    return "H" if passages <= 0xFFFF else "I"


def write(
    path: Path, arrays: Iterable[tuple[str, tuple[str, bytes]]], counts: Mapping[str, int]
) -> None:
    """Write a file of arrays, each with its name and type; to disk when the caller syncs it."""
    directory: dict[str, tuple[str, int, int]] = {}
    with open(path, "wb") as file:
        file.write(bytes(_HEAD.size))
        for name, (kind, data) in arrays:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            directory[name] = (kind, file.tell(), len(data))
            file.write(data)
        place = file.tell()
        ending = json.dumps({"arrays": directory, "counts": dict(counts)}).encode()
        file.write(ending)
        file.seek(0)
        file.write(_HEAD.pack(MAGIC, place, len(ending)))


class _Parts(dict[str, Any]):
    """What a file should have."""

    def __missing__(self, name: str) -> Any:
        raise IndexUnusableError(f"the index is damaged: {name} is missing", REPAIR)


class Arrays:
    """The arrays of a file, mapped to memory: `arrays[name]` is a memoryview of its type."""

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError when the file is missing, cut short, or no such file."""
        try:
            self._file = os.open(path, os.O_RDONLY)
            self._close_file = weakref.finalize(self, os.close, self._file)
            self._map = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
            magic, place, size = _HEAD.unpack_from(self._map)
            if magic != MAGIC or place + size != len(self._map):
                raise ValueError("not the file that was written")
            directory = json.loads(self._map[place : place + size])
            self.counts: dict[str, int] = _Parts(directory["counts"])
            self._data = memoryview(self._map)
            self._directory: dict[str, tuple[str, int, int]] = directory["arrays"]
            self._arrays = _Parts(
                {name: self._array(*entry) for name, entry in self._directory.items()}
            )
        except Exception as error:  # of damaged JSON anything may come
            why = f"the index is damaged: {os.path.basename(path)}: {error}"
            raise IndexUnusableError(why, REPAIR) from error

    def _array(self, kind: str, place: int, size: int) -> "memoryview[Any]":
        if place + size > len(self._data):
            raise ValueError("an array is outside of the file")
        return self._data[place : place + size].cast(kind)  # type: ignore[call-overload, no-any-return]

    def __getitem__(self, name: str) -> "memoryview[Any]":
        """Raises IndexUnusableError when there is no such array."""
        array: memoryview[Any] = self._arrays[name]
        return array

    def read(self, name: str, begin: int, end: int) -> bytes:
        """Some bytes of an array, read and not mapped: what was mapped stays in memory."""
        return os.pread(self._file, end - begin, self._directory[name][1] + begin)

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def close(self) -> None:
        """Let go of the file."""
        # What an interrupted reader still holds is closed when that is gone.
        with suppress(BufferError):
            for array in self._arrays.values():
                array.release()
            self._data.release()
            self._map.close()
        self._close_file()


def packed(records: Sequence[StoredPassage]) -> bytes:
    """Records as bytes: a line of JSON, and their texts. The line has lists of the bytes of each
    text and of each field, or once what is the same in all records."""
    texts = [record.text.encode() for record in records]
    rows = [
        (source, key, title, *(place or _NOWHERE), before, after)
        for source, key, title, _, place, before, after in records
    ]
    columns = [c[0] if c.count(c[0]) == len(c) else c for c in zip(*rows, strict=True)]
    # Names of files may hold surrogates: bytes that are not UTF-8.
    head = _as_json([[*map(len, texts)], *columns]).encode("utf-8", "surrogatepass")
    return b"".join((head, b"\n", *texts))


_NOWHERE: Final = (None, None, None)  # in place of a `Locator`

_as_json: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode


_from_json: Final = json.JSONDecoder().raw_decode  # faster, as is known what it is


class Records:
    """Records that were packed; each is made when it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data, self._texts = data, data.index(b"\n") + 1
        line = data[: self._texts - 1].decode("utf-8", "surrogatepass")
        (self._sizes, *self._columns), _ = _from_json(line)

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, number: int) -> StoredPassage:
        row = [c[number] if isinstance(c, list) else c for c in self._columns]
        source, key, title, *place, before, after = row
        begin = self._texts + sum(self._sizes[:number])
        text = self._data[begin : begin + self._sizes[number]].decode()
        where = None if place[0] is None else Locator(*place)
        return StoredPassage(source, key, title, text, where, before, after)


def unpacked(data: bytes) -> list[StoredPassage]:
    """All the records that were packed."""
    records = Records(data)
    return [records[number] for number in range(len(records))]


def decompressed(frame: "memoryview[int] | bytes") -> bytes:
    """What is in a zstd frame; raises IndexUnusableError."""
    try:
        data: bytes = ZstdDecompressor().decompress(frame)
    except ZstdError as error:
        raise IndexUnusableError(f"the index is damaged: {error}", REPAIR) from error
    return data
