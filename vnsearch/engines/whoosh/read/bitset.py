"""Sets of passages and documents as numbers with a byte for each passage.

In such a number, byte p (the lowest is byte 0) is 1 for a passage p of the set; a document
is the byte of its last passage. Arithmetic on one large number does to all passages at once
what a loop would do to each, at the speed of C and without numpy, whose import takes longer
than most searches.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_ONES: Final = re.compile(b"\1").finditer
_INNER: Final = bytes([0xFF]) + bytes(255)


def with_tf(row: bytes, least: int = 1) -> int:
    """The passages whose byte (all below 16) is not below 1, or another number up to 16."""
    carried = int.from_bytes(row, "little") + _repeated(bytes([16 - least]), len(row))
    return carried >> 4 & _repeated(b"\1", len(row))


@lru_cache(16)
def _repeated(some: bytes, size: int) -> int:
    return int.from_bytes(some * (size // len(some)), "little")


def members(lanes: int, size: int) -> list[int]:
    """The numbers of the passages of a set, ascending."""
    return [found.start() for found in _ONES(lanes.to_bytes(size, "little"))]


def cardinality(lanes: int, size: int) -> int:
    """How many passages a set has."""
    # Of bits that stand closer together: to count takes as long however many a digit has.
    for bits in (1, 2, 4):
        size = size // 2 + 1
        lanes = lanes >> 8 * size - bits | lanes & _repeated(b"\xff", size)
    return lanes.bit_count()


def minimum(one: int, other: int, size: int) -> int:
    """Of each byte (all below 128) the lesser of two."""
    high = _repeated(b"\x80", size)
    not_below = (one | high) - other & high
    take_other = not_below - (not_below >> 7)  # 0x7F where one is not below the other
    return one ^ (one ^ other) & take_other


def quantized_sums(rows: Iterable[bytes], highest: int, size: int) -> tuple[int, int]:
    """For each passage the sum of its bytes in rows, `highest` (65,280 at most) at most, as a
    byte of a number: divided by the second number returned, and rounded up."""
    # Every other byte has room for two.
    ones = _repeated(b"\1\0", size + size % 2)
    low = ones * 0xFF
    sums_of = [0, 0]
    for row in rows:
        lanes = int.from_bytes(row, "little")
        sums_of[0] += lanes & low
        sums_of[1] += lanes >> 8 & low
    shift = max(0, highest.bit_length() - 8)
    if highest + (1 << shift) - 1 >> shift > 0xFF:
        shift += 1
    even, odd = ((wide + ones * ((1 << shift) - 1) >> shift) & low for wide in sums_of)
    return even | odd << 8, 1 << shift


class DocumentMap:
    """Which passages make up which documents."""

    def __init__(self, last: bytes) -> None:
        """`last` has a 1 for the last passage of each document, else 0."""
        self.last = last
        self.all = int.from_bytes(last, "little")
        self._inner = int.from_bytes(last.translate(_INNER), "little")
        firsts = b"\1" + last[:-1] if last else b""
        self._firsts = int.from_bytes(firsts, "big")
        self._behind_first = int.from_bytes(firsts.translate(_INNER), "big")
        self._had = 0, 0  # the last set, and the documents with a passage in it

    def of(self, passage: int) -> int:
        """The document of a passage."""
        return self.last.index(1, passage)

    def passages(self, document: int) -> range:
        """The passages of a document."""
        return range(self.last.rfind(1, 0, document) + 1, document + 1)

    def to_documents(self, lanes: int) -> int:
        """The documents with a passage in the set.

        Added to bytes of 0xFF, a 1 anywhere in a document is carried to its last byte.
        """
        # Those that a query asks for are mostly those that it scores: to compare takes less.
        if lanes != self._had[0]:
            carried = lanes + self._inner  # of the last byte 0, 1 or 2
            self._had = lanes, (carried | carried >> 1) & self.all
        return self._had[1]

    def to_passages(self, documents: int) -> int:
        """All passages of the documents.

        With the bytes in reverse, the 1 of a document is carried from its last passage to its
        first, and the difference of both fills what lies between.
        """
        size = len(self.last)
        reverse = int.from_bytes(documents.to_bytes(size, "little"), "big")
        firsts = (reverse + self._behind_first) & self._firsts
        filled = ((firsts << 8) - reverse).to_bytes(size + 1, "big")[1:]
        return int.from_bytes(filled, "little") & _repeated(b"\1", size)
