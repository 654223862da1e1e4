"""Upper bounds of the scores of passages, a byte each.

A table of 256 entries maps a length bucket and a tf, together a byte, to the most that a feature
can add to a score: BM25's saturation at the shortest length of the bucket. So `bytes.translate`
bounds a feature in all passages at once, and large integers add the features up. Bounds are
quantized impacts (Anh and Moffat, 2006), rounded up at each step, so that no score exceeds one.
"""

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Final

from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS, MAX_TF
from vnsearch.engines.whoosh.read.bitset import cardinality, members, minimum, quantized_sums
from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.ranking import MAX_SATURATION, damping, saturation

SPARSE_SHARE: Final = 1 / 10  # of all passages: fewer are picked out, more are computed with all
MAX_CLAUSES: Final = 30_000  # features whose bounds, each rounded up, still add up in two bytes
MAX_BOUND_SUM: Final = 65_000  # with what rounding up adds, it fits two bytes
MAX_BOUND: Final = 253  # of one feature: with what rounding up adds, it fits a byte

FIXED_POINT_ONE: Final = 1 << 24  # one step of a bound, in numbers of four bytes
SATURATION_ONE: Final = 1 << 15  # MAX_SATURATION, in `Saturations.table`

# In numbers of four bytes, 1 for each length bucket and tf but 0.
_ONE_IF_ANY: Final = int.from_bytes(
    (bytes(4) + b"\1\0\0\0" * MAX_TF) * len(LENGTH_BUCKETS), "little"
)


class Saturations:
    """BM25's saturation in a collection.

    `by_length[length][tf]`, tf at most MAX_TF, is exact below MAX_TF; there, as stored tf are
    cut off, it is an upper bound. `table` has it for the shortest length of each bucket and each
    tf, as one integer of four bytes each: in units of MAX_SATURATION / SATURATION_ONE, rounded up.
    """

    def __init__(self, average_length: float) -> None:
        self._dampings = LazyTable(partial(damping, average=average_length))
        self.by_length = LazyTable(partial(_of_length, average=average_length))
        upper = chain(*map(self.by_length.__getitem__, LENGTH_BUCKETS))
        units = [math.ceil(value / MAX_SATURATION * SATURATION_ONE) for value in upper]
        self.table = int.from_bytes(struct.pack(f"<{len(units)}I", *units), "little")

    def exact(self, tf: int, length: int) -> float:
        """Return the saturation of any tf in a passage of `length` tokens."""
        return saturation(tf, self._dampings[length])


# One for the next query: what they hold depends on nothing else.
saturations_of: Final = lru_cache(2)(Saturations)


def _of_length(length: int, average: float) -> list[float]:
    if not average:
        return [MAX_SATURATION] * (MAX_TF + 1)
    damped = damping(length, average)
    return [*(saturation(tf, damped) for tf in range(MAX_TF)), MAX_SATURATION]


class UpperBounds:
    """Upper bounds of scores by the posting lists of features."""

    def __init__(
        self,
        collection: Collection,
        dense: Sequence[bytes],
        weights: Mapping[tuple[int, int], tuple[float, float]],
    ) -> None:
        """`weights` are those of features, and their proximity weights, by two of the `dense`
        posting lists: the lesser tf bounds that of the feature."""
        self._collection, self._dense = collection, dense
        self._steps, self._tables = 0.0, dict[tuple[int, int], bytes]()
        if len(weights) > MAX_CLAUSES:
            return
        # Steps per unit of score: one bound fits a byte, their sum two.
        highest = [weight * MAX_SATURATION + proximity for weight, proximity in weights.values()]
        self._steps = steps = min(
            MAX_BOUND / (max(highest, default=0.0) or 1.0),
            (MAX_BOUND_SUM - 2 * len(weights)) / (sum(highest) or 1.0),
        )
        saturations = saturations_of(collection.average_length).table
        for lists, (weight, proximity) in weights.items():
            self._tables[lists] = _table(saturations, weight * steps, proximity * steps)

    def descending(self, passages: int, at_most: int) -> Iterator[tuple[float, int]]:
        """Iterate over upper bounds and passages of a set, which has `at_most` members or fewer.

        The highest bounds come first; passages that no feature is in are left out.
        """
        if not passages:
            return
        size = self._collection.size
        if not self._tables:
            yield from ((math.inf, passage) for passage in members(passages, size))
            return
        if at_most < size * SPARSE_SHARE or cardinality(passages, size) < size * SPARSE_SHARE:
            numbers: Sequence[int] = members(passages, size)
            sums, unit = self._sums(_picker(numbers), len(numbers))
        else:
            numbers = range(size)
            sums, unit = self._sums(bytes, size)
            sums &= passages * 0xFF
        bounds = sums.to_bytes(len(numbers), "little")
        for bound in range(0xFF, 0, -1):
            at = bounds.find(bound)
            while at >= 0:
                yield bound * unit / self._steps, numbers[at]
                at = bounds.find(bound, at + 1)

    def _sums(self, pick: Callable[[bytes], bytes], size: int) -> tuple[int, int]:
        """The bounds of `size` passages, which `pick` takes from all, as `quantized_sums`."""
        buckets = int.from_bytes(pick(self._collection.length_buckets), "little")
        tf = [int.from_bytes(pick(dense), "little") for dense in self._dense]
        bounds = (
            ((tf[one] if one == other else minimum(tf[one], tf[other], size)) + buckets)
            .to_bytes(size, "little")
            .translate(table)
            for (one, other), table in self._tables.items()
        )
        return quantized_sums(bounds, sum(map(max, self._tables.values())), size)


def _picker(passages: Sequence[int]) -> Callable[[bytes], bytes]:
    """A function that takes the bytes of some passages from those of all."""
    if len(passages) == 1:
        (passage,) = passages
        return lambda values: values[passage : passage + 1]
    pick = itemgetter(*passages)
    return lambda values: bytes(pick(values))


def _table(saturations: int, weight: float, proximity: float) -> bytes:
    """The bounds of a feature by length bucket and tf, given its weights in steps.

    All entries are computed at once, in numbers of four bytes whose highest byte is the bound:
    1.3 steps are 0x01_4C_CC_CD, and 0x00_FF_FF_FF more, to round up, is 0x02_4C_CC_CC.
    """
    per_unit = math.ceil(weight * MAX_SATURATION / SATURATION_ONE * FIXED_POINT_ONE)
    if_any = math.ceil(proximity * FIXED_POINT_ONE) + FIXED_POINT_ONE - 1
    return (saturations * per_unit + _ONE_IF_ANY * if_any).to_bytes(4 * 256, "little")[3::4]
