"""The file of a segment: what lies in it, and how it is written and opened.

A segment never changes. Its file is a head, arrays one
after another, and a directory: JSON with the name, type, place and size of each array, and
the counts. Numbers are little-endian. Types: B, H, I, Q are unsigned numbers of 1, 2, 4 and
8 bytes; N is H, or I when there are more than 65,535 passages; `text` is UTF-8. Arrays named `*_at` have one number more than there are things, and
say where each begins and the last ends.

head            8 bytes MAGIC, Q place of the directory, Q its size in bytes

Per passage, numbered as added; those of a document stand together
    lengths     H  in tokens, each of the title counted TITLE_WEIGHT times: exact
    classes     B  length class, times 16: see `LENGTH_CLASSES`
    last        B  1 for the last passage of a document, else 0
    records     B  zstd frames of what is kept of passages: see `packed`
    records_at  I  of the frames, in bytes
    frames      I  the first passage of each frame

Per field: `exact`, the exact forms of tokens; `source`, the names of files
    F.terms     text, sorted: those of `exact` by (folded form, exact form)
    F.terms_at  I  in bytes
    F.passages  N  the postings of sparse terms, term by term
    F.counts    B  how often it occurs there, at most MOST; words of titles TITLE_WEIGHT times
    F.postings_at  I  a dense term has none
    F.dense     I  the dense terms: they have a row instead
    F.rows      B  zstd frames: for each passage the count as above, 0 where it is not
    F.rows_at   I  in bytes
    exact.words H  for each passage, UTF-16: a character for each token of the text, U+0000, one
                   for each token of the title; the characters ascend with the terms
    exact.words_at I  in code units of 2 bytes
    exact.order I  terms of `exact` in the order of the exact forms alone
    exact.rare  I  terms that have characters beyond U+FFFF, when there are too many

Folded forms, which group the exact ones
    folded.terms, folded.terms_at   as above
    folded.first     I  the first exact term of each, and behind the last
    pairs.words      I  the folded terms that are frequent enough to have their pairs counted
    pairs.followers  B  zstd frames, for each: N places in pairs.words of the words that follow it
                        in some passage, sorted, then N in how many passages
    pairs.followers_at  I  in bytes
"""

import json
import mmap
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.model import Found

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor
else:
    from backports.zstd import ZstdDecompressor

VERSION: Final = 1
MAGIC: Final = b"vnseg%03d" % VERSION

MOST: Final = 15  # of a count: with a length class it fits a byte

# The shortest length of each class.
LENGTH_CLASSES: Final = (0, 40, *range(55, 125, 10), 140, 160, 185, 210, 240, 280, 330)
assert len(LENGTH_CLASSES) == 16

_HEAD: Final = struct.Struct("<8sQQ")
_ALIGNMENT: Final = 8  # bytes


def number_type(passages: int) -> str:
    """The type of numbers up to that of the passages of a segment."""
    return "H" if passages <= 0xFFFF else "I"


def write(path: Path, arrays: Mapping[str, tuple[str, bytes]], counts: Mapping[str, int]) -> None:
    """Write a file of arrays, each with its type; to disk when the caller syncs it."""
    directory: dict[str, tuple[str, int, int]] = {}
    with open(path, "wb") as file:
        file.write(bytes(_HEAD.size))
        for name, (kind, data) in arrays.items():
            file.write(bytes(-file.tell() % _ALIGNMENT))
            directory[name] = (kind, file.tell(), len(data))
            file.write(data)
        place = file.tell()
        ending = json.dumps({"arrays": directory, "counts": dict(counts)}).encode()
        file.write(ending)
        file.seek(0)
        file.write(_HEAD.pack(MAGIC, place, len(ending)))


class Arrays:
    """The arrays of a file, mapped to memory: `arrays[name]` is a memoryview of its type."""

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError when the file is missing, cut short, or no such file."""
        try:
            with open(path, "rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            magic, place, size = _HEAD.unpack_from(self._map)
            if magic != MAGIC or place + size != len(self._map):
                raise ValueError("not the file that was written")
            directory = json.loads(self._map[place : place + size])
            self.counts: dict[str, int] = directory["counts"]
            self._data = memoryview(self._map)
            self._arrays = {
                name: self._array(*entry) for name, entry in directory["arrays"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            name = os.path.basename(path)
            raise IndexUnusableError(f"the index is damaged: {name}: {error}", REPAIR) from error

    def _array(self, kind: str, place: int, size: int) -> "memoryview[Any]":
        if place + size > len(self._data):
            raise ValueError("an array is outside of the file")
        return self._data[place : place + size].cast(kind)  # type: ignore[call-overload, no-any-return]

    def __getitem__(self, name: str) -> "memoryview[Any]":
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def close(self) -> None:
        """Let go of the file."""
        for array in self._arrays.values():
            array.release()
        self._data.release()
        self._map.close()


def packed(records: Sequence[Found]) -> bytes:
    """Records as bytes: a line of JSON with all but their texts, and the texts."""
    texts = [record.text.encode() for record in records]
    heads = [
        (source, key, title, len(data), line, step, before, after)
        for data, (source, key, title, _, line, step, before, after) in zip(
            texts, records, strict=True
        )
    ]
    # Names of files may hold surrogates: bytes that are not UTF-8.
    head = json.dumps(heads, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"".join((head, b"\n", *texts))


def unpacked(data: bytes) -> list[Found]:
    """The records that were packed."""
    end = data.index(b"\n") + 1
    heads, records = json.loads(data[:end]), []
    for source, key, title, size, line, step, before, after in heads:
        text = data[end : end + size].decode()
        records.append(Found(source, key, title, text, line, step, before, after))
        end += size
    return records


def decompressed(frame: "memoryview[int] | bytes") -> bytes:
    """What is in a zstd frame."""
    data: bytes = ZstdDecompressor().decompress(frame)
    return data
