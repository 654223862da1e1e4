"""Byte-wide bitsets of passages and documents, in Python integers.

A set is one large integer with a byte for each passage: byte p, the lowest being byte 0, is 1
for a passage p of the set, else 0. So {0, 2} is 0x01_00_01. A document is the byte of its last
passage.

Arithmetic on such an integer does to all passages at once what a loop would do to each (SWAR,
SIMD within a register; here the register is as long as the collection). It runs at the speed
of C, and without numpy, whose import takes longer than most searches. Bytes, not bits, because
they leave room for carries and hold the tf of a dense posting list as well.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_ONES: Final = re.compile(b"\1").finditer
_INVERTED: Final = bytes([0xFF]) + bytes(255)  # 0 -> 0xFF, all else -> 0
_PATTERNS_KEPT: Final = 16


def with_tf(dense: bytes, at_least: int = 1) -> int:
    """Return the passages whose tf is `at_least` (1 to 16) in a dense posting list.

    16 - at_least is added to each byte, all below 16, which sets bit 4 of those that qualify.
    With `at_least` 1 and the tf 2, 0, 1:

        0x01_00_02 + 0x0F_0F_0F = 0x10_0F_11;   >> 4 & 0x01_01_01 = 0x01_00_01
    """
    carried = int.from_bytes(dense, "little") + _repeated(bytes([16 - at_least]), len(dense))
    return carried >> 4 & _repeated(b"\1", len(dense))


@lru_cache(_PATTERNS_KEPT)
def _repeated(pattern: bytes, size: int) -> int:
    return int.from_bytes(pattern * (size // len(pattern)), "little")


def members(bitset: int, size: int) -> list[int]:
    """Return the numbers in a set of `size` bytes, ascending."""
    return [match.start() for match in _ONES(bitset.to_bytes(size, "little"))]


def cardinality(bitset: int, size: int) -> int:
    """Return how many members a set of `size` bytes has."""
    # bit_count() takes time by the length: first put the upper half's ones between the lower
    # half's three times, so that eight bytes become one.
    for shift in (1, 2, 4):
        size = size // 2 + 1
        bitset = bitset >> 8 * size - shift | bitset & _repeated(b"\xff", size)
    return bitset.bit_count()


def minimum(one: int, other: int, size: int) -> int:
    """Return the lesser of each two bytes of two integers, all bytes below 128.

    With the high bit set first, a subtraction borrows from no other byte, and the bit is left
    where the byte of `one` is not below that of `other`: 0x82 - 0x01 = 0x81, 0x81 - 0x02 = 0x7F.
    """
    high = _repeated(b"\x80", size)
    not_below = (one | high) - other & high
    take_other = not_below - (not_below >> 7)  # 0x7F where the high bit is, else 0
    return one ^ (one ^ other) & take_other


def quantized_sums(addends: Iterable[bytes], max_sum: int, size: int) -> tuple[int, int]:
    """Return the sum of the bytes of each passage, quantized to a byte, and the unit.

    The sums are divided by the unit, a power of two, and rounded up: 0 stays 0, and byte times
    unit is an upper bound of the sum. `max_sum` is no sum exceeded: 65,280 at most. Each of
    `addends` has `size` bytes.
    """
    # Even and odd bytes are added up apart, so that each sum has two bytes.
    ones = _repeated(b"\1\0", size + size % 2)
    low_bytes = ones * 0xFF
    even = odd = 0
    for addend in addends:
        lanes = int.from_bytes(addend, "little")
        even += lanes & low_bytes
        odd += lanes >> 8 & low_bytes
    shift = max(0, max_sum.bit_length() - 8)
    if max_sum + (1 << shift) - 1 >> shift > 0xFF:
        shift += 1
    round_up = ones * ((1 << shift) - 1)
    even, odd = ((sums + round_up >> shift) & low_bytes for sums in (even, odd))
    return even | odd << 8, 1 << shift


class DocumentMap:
    """Which passages make up which documents."""

    def __init__(self, last: bytes) -> None:
        """`last` has a 1 for the last passage of each document, else 0."""
        self.last = last
        self.all = int.from_bytes(last, "little")  # the set of all documents
        self._not_last = int.from_bytes(last.translate(_INVERTED), "little")
        # In reverse: a document's first passage is the highest of its bytes there.
        firsts = b"\1" + last[:-1] if last else b""
        self._firsts = int.from_bytes(firsts, "big")
        self._not_first = int.from_bytes(firsts.translate(_INVERTED), "big")
        self._memo = 0, 0  # the last argument and result of `to_documents`

    def document_of(self, passage: int) -> int:
        """Return the document of a passage."""
        return self.last.index(1, passage)

    def passages_of(self, document: int) -> range:
        """Return the passages of a document."""
        return range(self.last.rfind(1, 0, document) + 1, document + 1)

    def to_documents(self, passages: int) -> int:
        """Return the documents that have any of the passages.

        0xFF is added to all but the last byte of each document, so that a 1 anywhere in it is
        carried to its last byte. A document of three passages of which the first is in the set:

            0x00_00_01 + 0x00_FF_FF = 0x01_00_00
        """
        # Matching and scoring mostly ask for the same set: to compare takes less.
        if passages != self._memo[0]:
            carried = passages + self._not_last  # the last byte of a document is 0, 1 or 2
            self._memo = passages, (carried | carried >> 1) & self.all
        return self._memo[1]

    def to_passages(self, documents: int) -> int:
        """Return all passages of the documents.

        With the bytes in reverse, the 1 of a document is carried from its last passage to its
        first, and the difference of both fills what lies between.
        """
        size = len(self.last)
        lasts = int.from_bytes(documents.to_bytes(size, "little"), "big")
        firsts = (lasts + self._not_first) & self._firsts
        filled = ((firsts << 8) - lasts).to_bytes(size + 1, "big")[1:]
        return int.from_bytes(filled, "little") & _repeated(b"\1", size)
