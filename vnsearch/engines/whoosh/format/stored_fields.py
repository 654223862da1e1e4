"""Stored fields: what is kept of passages to show them, packed into blocks.

The first block is larger, and the dictionary by which all others are compressed.

A block is a line of JSON with a column for each field, then the texts. It is decoded field by
field for the one passage that is asked for. See docs/index-format.md.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from vnsearch.engines.whoosh.format.compression import Dictionary, decompress, dictionary_of
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.model import Locator, StoredPassage

_NO_LOCATOR: Final = (None, None, None, "")

_encode_json: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode
_decode_json: Final = json.JSONDecoder().raw_decode  # `decode` checks what comes after, too


def pack(passages: Sequence[StoredPassage]) -> bytes:
    """Pack passages into a block; a column that is the same in all of them is one value."""
    texts = [passage.text.encode() for passage in passages]
    rows = [
        (source, key, title, *place, *rest, names)
        for source, key, title, _, locator, *rest in passages
        for *place, names in (locator or _NO_LOCATOR,)
    ]
    columns = [c[0] if c.count(c[0]) == len(c) else c for c in zip(*rows, strict=True)]
    # Lone surrogates stand for the bytes of file names that are not UTF-8.
    head = _encode_json([[*map(len, texts)], *columns]).encode("utf-8", "surrogatepass")
    return b"".join((head, b"\n", *texts))


class StoredBlock:
    """The passages of a block, each decoded on access."""

    def __init__(self, data: bytes) -> None:
        self._data, self._texts_begin = data, data.index(b"\n") + 1
        head = data[: self._texts_begin - 1].decode("utf-8", "surrogatepass")
        (self._sizes, *self._columns), _ = _decode_json(head)

    def __len__(self) -> int:
        return len(self._sizes)

    def passages(self) -> list[StoredPassage]:
        """Return all passages."""
        return [self[number] for number in range(len(self))]

    def keys(self) -> list[str]:
        """Return the keys of the documents of all passages."""
        return self._column(1)

    def places(self, source: str, key: str) -> list[int]:
        """Return which passages are of a document."""
        rows = zip(self._column(0), self._column(1), strict=True)
        return [n for n, row in enumerate(rows) if row == (source, key)]

    def _column(self, number: int) -> list[str]:
        column = self._columns[number]
        return column if isinstance(column, list) else [column] * len(self)

    def __getitem__(self, number: int) -> StoredPassage:
        row = [c[number] if isinstance(c, list) else c for c in self._columns]
        source, key, title, place, unit, step, cut_before, cut_after, gap, names = row
        begin = self._texts_begin + sum(self._sizes[:number])
        text = self._data[begin : begin + self._sizes[number]].decode()
        locator = None if place is None else Locator(place, unit, step, names)
        return StoredPassage(source, key, title, text, locator, cut_before, cut_after, gap)


class StoredBlocks:
    """The blocks of a segment."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays, self._at = arrays, arrays["stored.blocks_at"]

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> StoredBlock:
        return StoredBlock(self._read(number) if number else self._first)

    def _read(self, number: int) -> bytes:
        frame = self._arrays.read("stored.blocks", self._at[number], self._at[number + 1])
        return decompress(frame, self._dictionary if number else None)

    @cached_property
    def _first(self) -> bytes:
        return self._read(0)

    @cached_property
    def _dictionary(self) -> Dictionary | None:
        return dictionary_of(self._first)


def unpack(data: bytes) -> list[StoredPassage]:
    """Decode all the passages of a block."""
    return StoredBlock(data).passages()
