"""Bitsets of passages and documents, and bit-sliced numbers, in Python integers.

A set is one large integer whose bit p is 1 for a passage p of the set, else 0. So {0, 2} is 0b101.
A document is the bit of its last passage.

Bit-sliced numbers, one for each passage, are a list of sets: set n has the passages whose number
has a 1 in bit n (O'Neil and Quass, "Improved query performance with variant indexes", 1997). The
numbers 2, 0, 3 are [0b100, 0b101]. So one operation on large integers computes for all passages at
once what a loop would for each, at the speed of C and without numpy, whose import takes longer
than most searches.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from operator import add
from typing import Final

BITS: Final = tuple(1 << bit for bit in range(8))  # those of a byte

_NOT_ZERO: Final = re.compile(b"[^\0]").finditer
_MEMBERS: Final = tuple(tuple(n for n in range(8) if byte >> n & 1) for byte in range(256))


def to_bytes(bitset: int) -> bytes:
    """Return the bits of a set, eight to a byte, the lowest first."""
    return bitset.to_bytes((bitset.bit_length() + 7) // 8, "little")


def is_in(octets: bytes, number: int) -> bool:
    """Return whether a number is in a set, as bytes."""
    return number >> 3 < len(octets) and bool(octets[number >> 3] & BITS[number & 7])


def members(bitset: int) -> list[int]:
    """Return the numbers in a set, ascending."""
    octets = to_bytes(bitset)
    return [
        8 * match.start() + bit
        for match in _NOT_ZERO(octets)
        for bit in _MEMBERS[octets[match.start()]]
    ]


def bitset_of(numbers: Iterable[int], size: int) -> int:
    """Return the set of some numbers below `size`."""
    octets = bytearray((size + 7) // 8)
    for number in numbers:
        octets[number >> 3] |= BITS[number & 7]
    return int.from_bytes(octets, "little")


def packed(ones: bytes | bytearray) -> int:
    """Return the set of the places where a 1 is, of bytes that are 0 or 1.

    Of each eight bytes, as one number, the bits are brought together in its lowest byte.
    """
    bits = int.from_bytes(ones, "little")
    for shift in (7, 14, 28):
        bits |= bits >> shift
    return int.from_bytes(bits.to_bytes(len(ones) + 8, "little")[: len(ones) : 8], "little")


def present(slices: Sequence[int]) -> int:
    """Return the passages whose number is not 0."""
    found = 0
    for bits in slices:
        found |= bits
    return found


def at_least(slices: Sequence[int], least: int, among: int) -> int:
    """Return the passages, of those in a set, whose number is `least` or more."""
    if least >> len(slices):
        return 0
    more, equal = 0, among
    for bit in range(len(slices) - 1, -1, -1):
        if least >> bit & 1:
            equal &= slices[bit]
        else:
            more |= equal & slices[bit]
            equal &= ~slices[bit]
    return more | equal


COARSE_LEVELS: Final = (1, 2, 3, 5)


def coarse_levels(slices: Sequence[int]) -> list[int]:
    """Return the passages whose number is 1, 2, 3, and 5 or more; without the last, if the numbers
    have two bits only."""
    one, two, *higher = slices
    if not higher:
        return [one | two, two, one & two]
    more = present(higher)
    three, two_or_more = one & two | more, two | more
    five = present(higher[1:]) | higher[0] & (one | two)
    return [one | two_or_more, two_or_more, three, five]


def numbers_of(slices: Sequence[int], passages: Sequence[int]) -> list[int]:
    """Return the number, of up to eight bits, of each of some passages, which ascend."""
    size = passages[-1] // 8 + 1 if passages else 0
    if len(passages) > size // 2:  # all numbers are made sooner
        spread, total = _spread_bytes(), 0
        for bit, octets in enumerate(map(to_bytes, slices)):
            row = b"".join(map(spread.__getitem__, octets[:size]))
            total |= int.from_bytes(row, "little") << bit
        row = total.to_bytes(8 * size, "little")
        return [row[passage] for passage in passages]
    places = [(passage >> 3, BITS[passage & 7]) for passage in passages]
    found = [0] * len(passages)
    for bit, octets in enumerate(map(to_bytes, slices)):
        if octets:
            octets, worth = octets.ljust(size, b"\0"), 1 << bit
            added = [worth if octets[at] & mask else 0 for at, mask in places]
            found = list(map(add, found, added))
    return found


@cache
def _spread_bytes() -> list[bytes]:
    """Return for each byte its bits, a byte each."""
    return [bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256)]


def highest(slices: Sequence[int], among: int, count: int) -> int:
    """Return the passages of a set with the highest numbers: at least `count`, if it has so many,
    and all that have the lowest of their numbers."""
    chosen, equal = 0, among
    for bits in reversed(slices):
        ones = equal & bits
        if (chosen | ones).bit_count() >= count:
            equal = ones
        else:
            chosen |= ones
            equal &= ~bits
    return chosen | equal


def maximum(slices: Sequence[int], among: int) -> int:
    """Return the highest number of the passages in a set; 0 if that is empty."""
    total = 0
    for bit in range(len(slices) - 1, -1, -1):
        if ones := among & slices[bit]:
            among, total = ones, total | 1 << bit
    return total


def added_up(columns: list[list[int]]) -> list[int]:
    """Return bit-sliced sums of sets, each worth 2 ** n to its members if in `columns[n]`.

    Three sets of a column become one, and a carry in the next column: a full adder. `columns` are
    used up.
    """
    sums = []
    for place, column in enumerate(columns):
        if len(column) > 1 and place + 1 == len(columns):
            columns.append([])
        while len(column) > 2:
            one, two, three = column.pop(), column.pop(), column.pop()
            odd = one ^ two
            columns[place + 1].append(one & two | odd & three)
            column.append(odd ^ three)
        if len(column) == 2:
            one, two = column
            columns[place + 1].append(one & two)
            column[:] = [one ^ two]
        sums.append(column[0] if column else 0)
    return sums


def weighted_sums(sets: Iterable[tuple[int, int]]) -> list[int]:
    """Return bit-sliced sums: for each passage the weights, each at least 0, of the sets it is in.

    Each set comes with its weight.
    """
    columns: list[list[int]] = []
    for bitset, weight in sets:
        while len(columns) < weight.bit_length():
            columns.append([])
        for bit, column in enumerate(columns):
            if weight >> bit & 1:
                column.append(bitset)
    return added_up(columns)


def capped_sum(lists: Sequence[Sequence[int]], bits: int) -> tuple[int, ...]:
    """Add bit-sliced numbers up, each sum to at most what has so many bits."""
    columns = [[slices[bit] for slices in lists if slices[bit]] for bit in range(bits)]
    sums = added_up(columns)
    over = present(sums[bits:])
    return tuple(total | over for total in sums[:bits])


class DocumentMap:
    """Which passages make up which documents."""

    def __init__(self, last: int, gaps: int) -> None:
        """`last` has the last passage of each document, `gaps` the numbers of no passage."""
        self.all = last  # the set of all documents
        ends = last | gaps
        self._ends = to_bytes(ends)
        everything = (1 << ends.bit_length()) - 1
        self._not_last = ends ^ everything
        # The passages that so many others of their document follow: 1, 2, 4 …
        self._followed, followed, others = list[tuple[int, int]](), self._not_last, 1
        while followed:
            self._followed.append((others, followed))
            followed &= followed >> others
            others *= 2

    def document_of(self, passage: int) -> int:
        """Return the document of a passage."""
        at = passage >> 3
        octet = self._ends[at] >> (passage & 7)
        if octet:
            return passage + (octet & -octet).bit_length() - 1
        at = next(_NOT_ZERO(self._ends, at + 1)).start()
        octet = self._ends[at]
        return 8 * at + (octet & -octet).bit_length() - 1

    def passages_of(self, document: int) -> range:
        """Return the passages of a document."""
        at = document >> 3
        octet = self._ends[at] & BITS[document & 7] - 1
        while not octet and at:
            at -= 1
            octet = self._ends[at]
        return range(8 * at + octet.bit_length(), document + 1)

    def to_documents(self, passages: int) -> int:
        """Return the documents that have any of the passages.

        A 1 is added to all but the last bit of each document, so that a 1 anywhere in these is
        carried to the last one. A document of three passages of which the first is in the set:

            0b001 + 0b011 = 0b100
        """
        carried = (passages & self._not_last) + self._not_last
        return (carried | passages) & self.all

    def to_passages(self, documents: int) -> int:
        """Return all passages of the documents: first those one before the last, then those two
        before, then four, and so on."""
        passages = documents
        for others, followed in self._followed:
            passages |= passages >> others & followed
        return passages
