"""Passages by their length: a few classes of about as many passages each."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final

from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS
from vnsearch.engines.whoosh.read.bitset import at_least
from vnsearch.engines.whoosh.read.caches import cached


class LengthClasses:
    """Classes of passages, ascending by length, each of one or more length buckets."""

    MOST: Final = 5

    def __init__(self, buckets: Sequence[int], passages: int) -> None:
        """`buckets` are the numbers of the length buckets, bit-sliced, of a set of passages."""
        self.all = passages
        self.shortest: list[int] = []  # the length from which on a class begins, in tokens
        self._sets: list[int] = []
        share, longer, begin = passages.bit_count() / self.MOST, passages, 0
        for bucket, length in enumerate(LENGTH_BUCKETS, 1):
            left = at_least(buckets, bucket, longer)
            own = longer & ~left
            if not own:
                continue
            begin = begin or max(length, 1)
            if own.bit_count() >= share or not left:
                self.shortest.append(begin)
                self._sets.append(own)
                longer, begin = left, 0
        # The passages of several classes, by the sum of 2 ** n for each class n.
        self.union = cached(1 << self.MOST, self._union)

    def _union(self, chosen: int) -> int:
        return reduce(or_, (own for n, own in enumerate(self._sets) if chosen >> n & 1), 0)
